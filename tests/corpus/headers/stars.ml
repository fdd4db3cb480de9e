(* [Source file intent]
   Plays dominoes.

   [Source file design principles]
   - Immutable boards

   [Source file constraints]
   - Two players *)
let () = ()
