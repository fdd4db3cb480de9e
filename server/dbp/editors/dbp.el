;;; dbp.el --- What every file says about itself  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, docs, languages

;;; Commentary:

;; Starts `dbp serve' through Eglot or lsp-mode, beside the language's own server where there is one,
;; and gives what a language server cannot give by itself: `dbp-status', `dbp-search', `dbp-refresh',
;; `dbp-rename-file' and `dbp-jobs'.  `dbp editor-config' prints what your init file needs.

;;; Code:

(require 'cl-lib)
(require 'project)
(require 'seq)
(require 'subr-x)
(require 'tabulated-list)
(require 'url-parse)
(require 'url-util)

(defvar eglot-server-programs)
(declare-function dired-get-filename "dired" (&optional localp no-error-if-not-filep))
(declare-function eglot--apply-workspace-edit "eglot" (wedit &optional origin))
(declare-function eglot--signal-textDocument/didChange "eglot" ())
(declare-function eglot-current-server "eglot" ())
(declare-function eglot-managed-p "eglot" ())
(declare-function jsonrpc-async-request "jsonrpc" (connection method params &rest args))
(declare-function jsonrpc-notify "jsonrpc" (connection method params))
(declare-function jsonrpc-request "jsonrpc" (connection method params &rest args))
(declare-function lsp--apply-workspace-edit "lsp-mode" (edit &optional operation))
(declare-function lsp-find-workspace "lsp-mode" (server-id &optional file-name))
(declare-function lsp-register-client "lsp-mode" (client))
(declare-function lsp-stdio-connection "lsp-mode" (command &optional test-command))
(declare-function make-lsp-client "lsp-mode" (&rest args))

(defgroup dbp nil
  "The live documentation memory of a codebase."
  :group 'tools
  :prefix "dbp-")

(defcustom dbp-command '("dbp" "serve")
  "The command that starts the server."
  :type '(repeat string))

(defcustom dbp-client 'eglot
  "The language client that `dbp-ensure' starts."
  :type '(choice (const :tag "Eglot" eglot) (const :tag "lsp-mode" lsp)))

(defcustom dbp-modes '(prog-mode text-mode conf-mode)
  "Major modes whose files are shown to the server.
The command \"dbp editor-config emacs\" lists those of all languages it reads."
  :type '(repeat symbol))

(defconst dbp--folder (file-name-directory (or load-file-name buffer-file-name default-directory))
  "Where this file stands.")

(defcustom dbp-joined-command (list "rass" (expand-file-name "beside.py" dbp--folder))
  "The command of the multiplexer that joins two servers for Eglot.
The other server's command and `dbp-command' follow, each behind \"--\"."
  :type '(repeat string))

(defcustom dbp-patience 30
  "Seconds to wait for an answer of the server."
  :type 'number)

;;;; Starting

;;;###autoload
(defun dbp-setup ()
  "Register with Eglot and lsp-mode, and start in files of `dbp-modes'.
Call it behind your own changes of `eglot-server-programs'."
  (with-eval-after-load 'eglot (dbp--eglot-setup))
  (with-eval-after-load 'lsp-mode (dbp--lsp-setup))
  (dolist (mode dbp-modes)
    (add-hook (intern (format "%s-hook" mode)) #'dbp-ensure)))

(defun dbp-ensure ()
  "Start `dbp-client' where this buffer's file belongs to a project."
  (when (and buffer-file-name (project-current))
    (let ((start (if (eq dbp-client 'lsp) 'lsp-deferred 'eglot-ensure)))
      (if (fboundp start)
          (funcall start)
        (message "dbp is not started: install %s, or change `dbp-client'"
                 (if (eq dbp-client 'lsp) "lsp-mode" "Eglot"))))))

(defun dbp--eglot-setup ()
  "Join every server that Eglot knows with ours; other modes get ours alone."
  (let ((known nil))
    (setq eglot-server-programs
          (mapcar (lambda (entry)
                    (dolist (spec (dbp--specs (car entry)))
                      (push (if (consp spec) (car spec) spec) known))
                    (cons (car entry) (dbp--eglot-joined (cdr entry))))
                  eglot-server-programs))
    ;; Eglot says all modes of a server when it starts: only those that this Emacs has.
    (when-let ((modes (cl-remove-if (lambda (mode) (or (memq mode known) (not (fboundp mode))))
                                    dbp-modes)))
      (setq eglot-server-programs
            (append eglot-server-programs
                    (list (cons modes (lambda (&rest _) dbp-command))))))))

(defun dbp--specs (modes)
  "Give the list of mode specifications that MODES of a server stands for."
  (if (or (symbolp modes) (keywordp (cadr modes))) (list modes) modes))

(defun dbp--eglot-joined (contact)
  "Make of CONTACT one for its server and ours together.
Contacts that are no plain commands stay as they are."
  (if (or (functionp contact) (stringp (car-safe contact)))
      (lambda (&rest given) (dbp--join (dbp--contact contact given)))
    contact))

(defun dbp--contact (contact given)
  "Resolve CONTACT; nil when its server is not installed.
GIVEN is what Eglot hands to a contact that is a function."
  (when (functionp contact)
    (let ((most (cdr (func-arity contact))))
      (setq contact (ignore-errors
                      (apply contact (if (integerp most) (seq-take given most) given))))))
  (and contact
       (or (not (stringp (car-safe contact)))
           (integerp (car-safe (cdr contact)))
           (executable-find (car contact) t))
       contact))

(defun dbp--join (contact)
  "Give the command for CONTACT and our server together."
  (let* ((options (and (consp contact) (cl-member-if #'keywordp contact)))
         (command (and (consp contact) (cl-ldiff contact options))))
    (cond ((null contact) dbp-command)
          ((or (not (consp contact)) (not (cl-every #'stringp command))
               (memq :autoport options))
           contact)
          ((executable-find (car dbp-joined-command) t)
           (append dbp-joined-command '("--") command '("--") dbp-command options))
          (t (message "dbp stays out: Eglot needs `%s' to start it beside %s"
                      (car dbp-joined-command) (file-name-nondirectory (car command)))
             contact))))

(defun dbp--lsp-setup ()
  "Register our server with lsp-mode, as one more server of each buffer."
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection (lambda () dbp-command))
    :activation-fn (lambda (_file mode) (apply #'provided-mode-derived-p mode dbp-modes))
    :language-id (lambda (_buffer) (string-remove-suffix "-mode" (symbol-name major-mode)))
    :add-on? t
    :priority -2
    :server-id 'dbp)))

;;;; Asking

(defun dbp--connection-here ()
  "Give this buffer's connection, (eglot . SERVER) or (lsp . WORKSPACE), or nil."
  (or (and (fboundp 'eglot-managed-p) (eglot-managed-p)
           (cons 'eglot (eglot-current-server)))
      (and (bound-and-true-p lsp-mode) buffer-file-name
           (when-let ((workspace (lsp-find-workspace 'dbp buffer-file-name)))
             (cons 'lsp workspace)))))

(defun dbp--connection ()
  "Give the connection of this buffer, or of another one in the same project."
  (or (dbp--connection-here)
      (when-let* ((project (project-current))
                  (root (project-root project)))
        (seq-some (lambda (buffer)
                    (with-current-buffer buffer
                      (and buffer-file-name (file-in-directory-p buffer-file-name root)
                           (dbp--connection-here))))
                  (buffer-list)))
      (user-error "No server dbp here: %s in a file of the project starts it"
                  (if (eq dbp-client 'lsp) "M-x lsp" "M-x eglot"))))

(defmacro dbp--in-workspace (workspace &rest body)
  "Run BODY where lsp-mode asks the server of WORKSPACE and no other one."
  (declare (indent 1) (debug t))
  `(progn (defvar lsp--cur-workspace)
          (let ((lsp--cur-workspace ,workspace)) ,@body)))

(defun dbp--plain (value)
  "Give VALUE with its objects as plists and its arrays as lists.
VALUE is JSON as either client reads it."
  (cond ((hash-table-p value)
         (cl-loop for key being the hash-keys of value using (hash-values one)
                  nconc (list (if (keywordp key) key (intern (format ":%s" key)))
                              (dbp--plain one))))
        ((vectorp value) (mapcar #'dbp--plain value))
        ((consp value) (mapcar #'dbp--plain value))
        (t value)))

(defun dbp--complain (error)
  "Signal the ERROR that the server answered, with its hint."
  (let* ((said (dbp--plain error))
         (hint (plist-get (plist-get said :data) :hint)))
    (user-error "Server dbp: %s%s" (plist-get said :message) (if hint (format " (%s)" hint) ""))))

(defun dbp-ask (method params callback)
  "Ask the server METHOD with PARAMS, a plist; give the answer to CALLBACK.
Objects in the answer are plists, arrays are lists."
  (let ((params (or params (make-hash-table)))
        (answered (lambda (answer) (funcall callback (dbp--plain answer)))))
    (pcase (dbp--connection)
      (`(eglot . ,server)
       (jsonrpc-async-request
        server (intern (concat ":" method)) params :timeout 600 :success-fn answered
        :error-fn (lambda (error) (dbp--told (lambda () (dbp--complain error))))))
      (`(lsp . ,workspace)
       (dbp--in-workspace workspace
         (with-no-warnings
           (lsp-request-async
            method params answered :mode 'detached
            :error-handler (lambda (error) (dbp--told (lambda () (dbp--complain error)))))))))))

(defun dbp--told (complain)
  "Run COMPLAIN and turn what it signals into a message: nobody waits."
  (condition-case err (funcall complain) (user-error (message "%s" (cadr err)))))

(defun dbp-answer (method &optional params)
  "Ask the server METHOD with PARAMS, a plist, and wait for the answer."
  (let ((params (or params (make-hash-table))))
    (pcase (dbp--connection)
      (`(eglot . ,server)
       (condition-case err
           (dbp--plain (jsonrpc-request server (intern (concat ":" method)) params
                                        :timeout dbp-patience))
         (jsonrpc-error
          (let ((details (cddr err)))
            (dbp--complain (list :message (alist-get 'jsonrpc-error-message details)
                                 :data (alist-get 'jsonrpc-error-data details)))))))
      (`(lsp . ,workspace)
       (dbp--in-workspace workspace
         (dbp--plain (with-no-warnings (lsp-request method params))))))))

;;;; Commands

;;;###autoload
(defun dbp-status ()
  "Tell what is recorded, and by whom."
  (interactive)
  (let* ((status (dbp-answer "dbp/status"))
         (files (plist-get status :files)))
    (message "dbp: %s, %s · %d files, %d waiting, %d failed"
             (string-join (cons (plist-get status :state) (plist-get status :reasons)) ": ")
             (or (plist-get status :role) "alone")
             (plist-get files :indexed) (plist-get files :pending) (plist-get files :failed))))

;;;###autoload
(defun dbp-refresh ()
  "Compare the whole folder with the record now."
  (interactive)
  (dbp-ask "dbp/refresh" nil
           (lambda (_job)
             (message "dbp: comparing the folder with the record")
             (dbp-ask "dbp/settle" '(:flush t)
                      (lambda (_answer) (message "dbp: up to date with the disk"))))))

(defun dbp-search-results (query)
  "Give the results for QUERY, best first, as plists."
  (plist-get (dbp-answer "dbp/search" (list :query query)) :results))

(defun dbp--search-choice (result)
  "Give (LINE . RESULT) to choose RESULT of a search by."
  (let ((name (plist-get result :name))
        (intent (plist-get result :intent)))
    (cons (concat (propertize (format "%s:%d" (plist-get result :path)
                                      (1+ (plist-get result :line)))
                              'face 'completions-common-part)
                  (and name (concat "  " name))
                  (and intent (propertize (concat "  " intent) 'face 'completions-annotations)))
          result)))

;;;###autoload
(defun dbp-search (query)
  "Search paths, intents, documentation and symbols for QUERY, and go to a result."
  (interactive (list (read-string "Search documentation: ")))
  (let* ((choices (or (mapcar #'dbp--search-choice (dbp-search-results query))
                      (user-error "Server dbp: nothing is found for %s" query)))
         (in-order (lambda (string predicate action)
                     (if (eq action 'metadata)
                         '(metadata (display-sort-function . identity)
                                    (cycle-sort-function . identity))
                       (complete-with-action action choices string predicate))))
         (choice (completing-read "Go to: " in-order nil t nil nil (caar choices)))
         (result (cdr (assoc choice choices))))
    (find-file (dbp--path (plist-get result :uri)))
    (goto-char (point-min))
    (forward-line (plist-get result :line))))

(defun dbp--path (uri)
  "Give the file that URI names."
  (decode-coding-string (url-unhex-string (url-filename (url-generic-parse-url uri))) 'utf-8))

(defun dbp--uri (path)
  "Give the URI of the file PATH."
  (concat "file://" (url-hexify-string (file-truename path)
                                       (let ((kept (copy-sequence url-path-allowed-chars)))
                                         (aset kept ?: nil)
                                         kept))))

;;;; Renaming

;;;###autoload
(defun dbp-rename-file (file to)
  "Rename FILE, or a folder, TO; references in documents and headers follow.
Changed buffers are left for you to save."
  (interactive
   (let ((file (or (and (derived-mode-p 'dired-mode) (dired-get-filename nil t))
                   buffer-file-name
                   (read-file-name "Rename file: " nil nil t))))
     (list file (read-file-name (format "Rename %s to: " (file-name-nondirectory file))
                                (file-name-directory file) nil nil
                                (file-name-nondirectory file)))))
  (let* ((file (directory-file-name (expand-file-name file)))
         (to (expand-file-name to)))
    (when (directory-name-p to)
      (setq to (expand-file-name (file-name-nondirectory file) to)))
    (when (file-exists-p to)
      (user-error "File exists already: %s" to))
    (let* ((connection (dbp--connection))
           (params (list :files (vector (list :oldUri (dbp--uri file) :newUri (dbp--uri to)))))
           (changed (dbp--follow connection params)))
      (make-directory (file-name-directory to) t)
      (dbp--move file to)
      (dbp--notify connection "workspace/didRenameFiles" params)
      (message "Renamed to %s%s" (file-relative-name to)
               (if (> changed 0)
                   (format "; references follow in %s, %s saves them"
                           (if (= changed 1) "one file" (format "%d files" changed))
                           (substitute-command-keys "\\[save-some-buffers]"))
                 "")))))

(defun dbp--follow (connection params)
  "Have references follow the rename PARAMS; count the files that this changed.
CONNECTION says whom to ask and how its edits are applied."
  (pcase connection
    (`(eglot . ,server)
     (when (eglot-managed-p) (eglot--signal-textDocument/didChange))
     (let ((edit (jsonrpc-request server :workspace/willRenameFiles params
                                  :timeout dbp-patience)))
       (when edit (eglot--apply-workspace-edit edit nil))
       (length (plist-get edit :documentChanges))))
    (`(lsp . ,workspace)
     (dbp--in-workspace workspace
       (let* ((edit (with-no-warnings (lsp-request "workspace/willRenameFiles" params)))
              (changes (plist-get (dbp--plain edit) :documentChanges)))
         (dolist (change changes)
           (find-file-noselect (dbp--path (plist-get (plist-get change :textDocument) :uri))))
         (when edit (lsp--apply-workspace-edit edit))
         (length changes))))))

(defun dbp--notify (connection method params)
  "Tell the server of CONNECTION METHOD with PARAMS."
  (pcase connection
    (`(eglot . ,server) (jsonrpc-notify server (intern (concat ":" method)) params))
    (`(lsp . ,workspace)
     (dbp--in-workspace workspace (with-no-warnings (lsp-notify method params))))))

(defun dbp--move (file to)
  "Rename FILE TO; its buffers visit the new place, where they were shown.
Each is closed and opened anew: language servers have to hear that."
  (let ((moved (mapcar (lambda (buffer) (dbp--leave buffer file to))
                       (seq-filter (lambda (buffer) (dbp--below-p (buffer-file-name buffer) file))
                                   (buffer-list)))))
    (rename-file file to)
    (pcase-dolist (`(,path ,point ,windows) moved)
      (let ((buffer (find-file-noselect path)))
        (with-current-buffer buffer (goto-char point))
        (dolist (window windows)
          (set-window-buffer window buffer)
          (set-window-point window point))))))

(defun dbp--below-p (path file)
  "Tell whether PATH is FILE or stands below it."
  (and path (or (string= path file)
                (string-prefix-p (file-name-as-directory file) path))))

(defun dbp--leave (buffer file to)
  "Save and close BUFFER, which visits FILE or a file below it.
Give its path when FILE is renamed TO, its point and its windows."
  (with-current-buffer buffer
    (let ((path (concat to (substring buffer-file-name (length file))))
          (place (point))
          (windows (get-buffer-window-list buffer nil t)))
      (when (buffer-modified-p) (save-buffer))
      (kill-buffer)
      (list path place windows))))

;;;; Jobs

(defvar-local dbp--of nil
  "The buffer whose connection this list of jobs is asked through.")

(defvar dbp-jobs-mode-map
  (let ((map (make-sparse-keymap)))
    (set-keymap-parent map tabulated-list-mode-map)
    (define-key map (kbd "RET") #'dbp-jobs-show)
    (define-key map "c" #'dbp-jobs-cancel)
    (define-key map "r" #'dbp-jobs-retry)
    map)
  "Keys of the list of jobs.")

(define-derived-mode dbp-jobs-mode tabulated-list-mode "dbp jobs"
  "Background work: \\<dbp-jobs-mode-map>\\[dbp-jobs-show] shows a job, \\[dbp-jobs-cancel] \
cancels, \\[dbp-jobs-retry] tries again, \\[revert-buffer] asks anew."
  (setq tabulated-list-format
        [("Type" 20 t) ("Status" 11 t) ("Done" 6 nil) ("Made" 21 t) ("By" 24 t) ("Step" 0 nil)])
  (setq tabulated-list-sort-key nil)
  (add-hook 'tabulated-list-revert-hook #'dbp--jobs-fill nil t)
  (tabulated-list-init-header))

;;;###autoload
(defun dbp-jobs ()
  "List background work, newest first."
  (interactive)
  (dbp--connection) ; or say that there is none
  (let ((of (current-buffer))
        (list (get-buffer-create "*dbp jobs*")))
    (with-current-buffer list
      (dbp-jobs-mode)
      (setq dbp--of of)
      (dbp--jobs-fill)
      (tabulated-list-print))
    (pop-to-buffer list)))

(defun dbp--jobs-ask (method &optional params)
  "Ask METHOD with PARAMS from the buffer that the list was made in."
  (if (buffer-live-p dbp--of)
      (with-current-buffer dbp--of (dbp-answer method params))
    (user-error "The file this list was made for is closed: M-x dbp-jobs in another one")))

(defun dbp--jobs-fill ()
  "Ask for the jobs."
  (setq tabulated-list-entries
        (mapcar (lambda (job)
                  (let ((progress (plist-get job :progress)))
                    (list (plist-get job :id)
                          (vector (plist-get job :type)
                                  (plist-get job :status)
                                  (format "%d %%" (plist-get progress :percent))
                                  (substring (plist-get job :createdAt) 0 19)
                                  (or (plist-get job :requestedBy) "")
                                  (or (plist-get (plist-get job :error) :message)
                                      (plist-get progress :step) "")))))
                (plist-get (dbp--jobs-ask "dbp/jobs/list") :jobs))))

(defun dbp--job-here ()
  "Give the id of the job at point."
  (or (tabulated-list-get-id) (user-error "There is no job on this line")))

(defun dbp-jobs-show ()
  "Show all there is to know about the job at point."
  (interactive nil dbp-jobs-mode)
  (let ((job (dbp--jobs-ask "dbp/jobs/get" (list :id (dbp--job-here)))))
    (with-help-window "*dbp job*"
      (cl-loop for (key value) on job by #'cddr
               do (princ (format "%-14s %s\n" (substring (symbol-name key) 1)
                                 (if (stringp value) value (prin1-to-string value))))))))

(defun dbp-jobs-cancel ()
  "Cancel the job at point."
  (interactive nil dbp-jobs-mode)
  (dbp--jobs-ask "dbp/jobs/cancel" (list :id (dbp--job-here)))
  (revert-buffer))

(defun dbp-jobs-retry ()
  "Try the job at point again."
  (interactive nil dbp-jobs-mode)
  (dbp--jobs-ask "dbp/jobs/retry" (list :id (dbp--job-here)))
  (revert-buffer))

(provide 'dbp)
;;; dbp.el ends here
