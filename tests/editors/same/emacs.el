;;; emacs.el --- The same session, in Emacs with Eglot  -*- lexical-binding: t; -*-

;;; Commentary:

;; emacs -Q --batch -l emacs.el, with DBP_SAME_STEPS, DBP_SAME_ROOT, DBP_SAME_ANSWERS and
;; DBP_SAME_COMMAND (a JSON array) in the environment.

;;; Code:

(defconst same-here (file-name-directory (or load-file-name buffer-file-name)))
(load (expand-file-name "../session.el" same-here) nil t)
(load (expand-file-name "../../../server/dbp/editors/dbp.el" same-here) nil t)

(defun same-place (step)
  "Go where STEP says."
  (session-go (plist-get step :line) (plist-get step :character)))

(defun same-file (root step key)
  "Give the file that STEP names by KEY, below ROOT."
  (expand-file-name (plist-get step key) root))

(defun same-step (root step)
  "Do STEP in the project ROOT and give the answer: a string, a vector or nil."
  (pcase (plist-get step :do)
    ("open" (session-open (same-file root step :file)) nil)
    ("settle" (session-settle) nil)
    ("hover" (same-place step) (session-hover))
    ("findings" (vconcat (mapcar #'vconcat (session-findings))))
    ("insert"
     (goto-char (point-min))
     (forward-line (plist-get step :line))
     (insert (plist-get step :text))
     nil)
    ("action" (session-act (plist-get step :code) (plist-get step :title)))
    ("text" (buffer-substring-no-properties (point-min) (point-max)))
    ("save" (save-buffer) nil)
    ("rename" (session-rename (same-file root step :file) (same-file root step :to)) nil)
    ("read" (session-text (same-file root step :file)))
    ("definition" (same-place step) (file-relative-name (session-definition) root))
    ("search" (vconcat (mapcar (lambda (found)
                                 (vector (plist-get found :path) (plist-get found :name)
                                         (plist-get found :line)))
                               (seq-take (dbp-search-results (plist-get step :query)) 5))))
    ("status" (let ((status (dbp-answer "dbp/status")))
                (vector (plist-get status :state)
                        (plist-get (plist-get status :files) :indexed))))
    (unknown (error "No such step: %s" unknown))))

(let* ((root (file-name-as-directory (file-truename (getenv "DBP_SAME_ROOT"))))
       (given (json-parse-string (getenv "DBP_SAME_COMMAND") :array-type 'list))
       (steps (json-parse-string (session-text (getenv "DBP_SAME_STEPS"))
                                 :array-type 'list :object-type 'plist)))
  (setq dbp-command (if (member "serve" given) given (append given '("serve")))
        dbp-modes '(python-mode markdown-mode)) ; one server for both
  (session-prepare)
  (require 'eglot)
  ;; No other server: what is installed here must not answer.
  (setq eglot-server-programs nil)
  (dbp--eglot-setup)
  (setq default-directory root)
  (session-run (lambda ()
                 (json-encode (vconcat (mapcar (lambda (step)
                                                 (condition-case err (same-step root step)
                                                   (error (error "%S: %s" step
                                                                 (error-message-string err)))))
                                               steps))))
               (getenv "DBP_SAME_ANSWERS")))

;;; emacs.el ends here
