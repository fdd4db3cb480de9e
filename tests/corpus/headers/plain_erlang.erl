%%% @author X
%%% @doc Blows the horn.
%%% @end
-module(horn).
