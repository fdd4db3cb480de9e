{-# LANGUAGE OverloadedStrings #-}
{- [Source file intent]
   Parses recipes.

   [Source file design principles]
   - Total functions only

   [Source file constraints]
   - No lens
-}
module Recipes where
