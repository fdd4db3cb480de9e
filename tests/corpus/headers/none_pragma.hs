{-# LANGUAGE GADTs #-}
module A where
