;;; session.el --- What a person does in Emacs, for scripts  -*- lexical-binding: t; -*-

;;; Commentary:

;; Each function waits for its condition, none for a time.  A dbp.el that is loaded before is used.

;;; Code:

(require 'cl-lib)
(require 'json)
(require 'subr-x)

(defvar session-patience 20 "Seconds to wait for anything.")
(defvar eglot-workspace-configuration)
(defvar eglot-sync-connect)
(defvar eglot-autoshutdown)
(defvar eglot-events-buffer-size)
(defvar flymake-no-changes-timeout)
(defvar lsp-session-file)
(defvar lsp-auto-guess-root)
(defvar lsp-warn-no-matched-clients)
(defvar lsp-enable-suggest-server-download)
(defvar lsp-enable-file-watchers)
(defvar xref-backend-functions)

(defun session-wait (what condition)
  "Wait until CONDITION gives something, and give it; WHAT is waited for."
  (let ((end (+ (float-time) session-patience)) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.02))
    found))

(defun session-prepare ()
  "Set Emacs up for a script: nothing asks, nothing is left behind."
  (require 'package)
  ;; Where Debian keeps packages; its own start-up file, which says so, is not read with -Q.
  (dolist (folder '("/usr/share/emacs/site-lisp/elpa" "/usr/share/emacs/site-lisp/elpa-src"))
    (add-to-list 'package-directory-list folder))
  (package-initialize)
  (require 'markdown-mode)
  (setq make-backup-files nil auto-save-default nil create-lockfiles nil
        enable-local-variables :safe vc-handled-backends '(Git)
        eglot-sync-connect 20 eglot-autoshutdown nil eglot-events-buffer-size 0
        python-indent-guess-indent-offset nil)
  (setq-default eglot-workspace-configuration '((:dbp . (:scheduler (:delay_seconds 1))))))

(defun session-open (file)
  "Open FILE in the window, with Eglot where it does not run yet."
  (switch-to-buffer (find-file-noselect file))
  (unless (eglot-managed-p)
    (apply #'eglot (append (eglot--guess-contact) nil)))
  (session-wait "Eglot" #'eglot-managed-p)
  (session-flymake))

(defun session-flymake ()
  "Have Flymake ask the server now, as it does in a window a moment later."
  (setq flymake-no-changes-timeout 0.1)
  (flymake-start))

(defun session-settle ()
  "Wait until the server has read and shown all there is."
  (eglot--signal-textDocument/didChange)
  (let ((answer (dbp-answer "dbp/settle" '(:flush t))))
    (accept-process-output nil 0.02)
    answer))

(defun session-go (line character)
  "Put point on LINE and CHARACTER as the protocol counts."
  (goto-char (point-min))
  (forward-line line)
  (eglot-move-to-lsp-abiding-column character))

(defun session-hover ()
  "Give the Markdown of the hover at point, asked for by Eglot as for ElDoc; nil when there is none."
  (let ((answer 'none) raw)
    (cl-letf* ((format-markup (symbol-function 'eglot--format-markup))
               ((symbol-function 'eglot--format-markup)
                (lambda (markup)
                  (push (if (stringp markup) markup (plist-get markup :value)) raw)
                  (funcall format-markup markup))))
      (eglot-hover-eldoc-function (lambda (text &rest _) (setq answer text)))
      (session-wait "a hover" (lambda () (not (eq answer 'none)))))
    (and answer (string-join (nreverse raw) "\n"))))

(defun session-findings ()
  "Give the findings of the buffer as Flymake has them: line, code and message, sorted."
  (let ((found nil))
    (dolist (shown (flymake-diagnostics))
      (let* ((spec (cdr (assoc 'eglot-lsp-diag (flymake-diagnostic-data shown))))
             (line (1- (line-number-at-pos (flymake-diagnostic-beg shown) t))))
        (when (equal (plist-get spec :source) "dbp")
          (push (list line (plist-get spec :code) (plist-get spec :message)) found))))
    (sort found (lambda (a b) (string< (format "%06d %s" (car a) (cdr a))
                                       (format "%06d %s" (car b) (cdr b)))))))

(defun session-act (code title)
  "Take the first action with TITLE in its title at the first finding with CODE.
Give the whole title."
  (let* ((is (lambda (shown)
               (equal code (plist-get (cdr (assoc 'eglot-lsp-diag (flymake-diagnostic-data shown)))
                                      :code))))
         (finding (or (cl-find-if is (flymake-diagnostics)) (error "There is no %s" code)))
         (last-nonmenu-event t)
         (taken nil)
         (completing-read-function
          (lambda (_prompt offered &rest _)
            (setq taken (cl-find-if (lambda (name) (string-match-p (regexp-quote title) name))
                                    (mapcar #'car offered)))
            (or taken (error "Not offered: %s" (mapcar #'car offered))))))
    (eglot-code-actions (flymake-diagnostic-beg finding) (flymake-diagnostic-end finding) nil t)
    taken))

(defun session-definition ()
  "Go to the definition at point; give its file."
  (let ((found (xref-backend-definitions 'eglot "")))
    (expand-file-name (xref-location-group (xref-item-location (car found))))))

(defun session-rename (file to)
  "Rename FILE TO, agreeing to all, and save."
  (cl-letf (((symbol-function 'y-or-n-p) #'always))
    (dbp-rename-file file to))
  (save-some-buffers t))

(defun session-text (file)
  "Give the text of FILE on the disk."
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8-unix)) (insert-file-contents file))
    (buffer-string)))

(defun session-run (script answers)
  "Run SCRIPT, write what it returns to the file ANSWERS as JSON, and end the servers."
  (let* ((failed nil)
         (answer (condition-case-unless-debug err (funcall script)
                   (error (setq failed t) (error-message-string err)))))
    (let ((coding-system-for-write 'utf-8-unix))
      (write-region (if failed (json-encode `((ok . :json-false) (answer . ,answer)))
                      answer)
                    nil answers nil 'quiet))
    (ignore-errors (when (fboundp 'eglot-shutdown-all) (eglot-shutdown-all)))
    (kill-emacs (if failed 1 0))))

(provide 'session)
;;; session.el ends here
