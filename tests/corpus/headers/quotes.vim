" [Source file intent]
" Folds long tables.
" [Source file design principles]
" - Keeps the cursor
" [Source file constraints]
" - Vim 8
set foldmethod=expr
