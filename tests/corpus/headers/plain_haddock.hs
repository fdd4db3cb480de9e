{-|
Module      : Choir
Description : Many voices
Copyright   : (c) X, 2020

Longer words.
-}
module Choir where
