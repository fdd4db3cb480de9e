{$mode objfpc}
{ [Source file intent]
  Sorts the post.
  [Source file design principles]
  - By street
  [Source file constraints]
  - No heap }
program post;
