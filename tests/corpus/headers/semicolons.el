;;; [Source file intent]
;;; Numbers the footnotes of a buffer.
;;; [Source file design principles]
;;; - Undo in one step
;;; [Source file constraints]
;;; - Emacs 27
