;;; plain_emacs.el --- Sings to the user  -*- lexical-binding: t -*-

;; Copyright (C) 2020 X

;;; Code:
