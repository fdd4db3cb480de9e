%%% [Source file intent]
%%% Routes calls to whoever is awake.
%%% [Source file design principles]
%%% - Let it crash
%%% [Source file constraints]
%%% - OTP 25
-module(router).
