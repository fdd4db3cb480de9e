"""What `dbp editor-config emacs` prints, in a real Emacs: Eglot and lsp-mode, in batch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from editor import source
from emacs_session import FOUND, HERE, Emacs, lacks

from dbp.editors import FOLDER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60),
    pytest.mark.skipif(
        lacks("eglot") or lacks("markdown-mode"),
        reason="needs Debian's emacs-nox, elpa-eglot and elpa-markdown-mode",
    ),
]


@pytest.fixture
def emacs(tmp_path: Path) -> Emacs:
    return Emacs(tmp_path / "user")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "doc").mkdir()
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\nHow it all fits together.\n")
    (folder / "doc" / "PLAN.md").write_text("# Plan\n\nSee [the design](DESIGN.md).\n")
    (folder / "a.py").write_text(source())
    (folder / "broken.py").write_text(source(dependency="doc/DESING.md"))
    return folder


def lisp(path: Path) -> str:
    return json.dumps(str(path))


ALONE = "(with-eval-after-load 'eglot (setq eglot-server-programs nil))"
"""What other servers are installed on this machine must not answer."""


def test_the_library_compiles_without_a_warning_and_is_documented(tmp_path: Path) -> None:
    copy = tmp_path / "dbp.el"
    copy.write_bytes((FOLDER / "dbp.el").read_bytes())
    check = '(setq byte-compile-error-on-warn t) (or (byte-compile-file "dbp.el") (kill-emacs 1))'
    style = '(checkdoc-file "dbp.el")'
    argv = [str(FOUND), "-Q", "--batch", "--eval", f"(progn {check} {style})"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_eglot_shows_cards_and_follows_references(emacs: Emacs, root: Path) -> None:
    said = emacs.run(
        f"""
        (session-open {lisp(root / "a.py")})
        (session-settle)
        (let* ((header (progn (session-go 1 0) (session-hover)))
               (symbol (progn (session-go 17 5) (session-hover)))
               (target (progn (session-go 8 14) (session-definition))))
          (list :header header :symbol symbol :target target))
        """,
        before=ALONE,
    )
    assert said["header"].startswith("**dbp** · `a.py`")
    assert "Runs tasks one at a time." in said["header"]
    assert "Run one task to its end." in said["symbol"]
    assert said["target"] == str((root / "doc" / "DESIGN.md").resolve())


def test_eglot_shows_what_is_typed_and_mends_a_reference(emacs: Emacs, root: Path) -> None:
    said = emacs.run(
        f"""
        (session-open {lisp(root / "broken.py")})
        (session-settle)
        (session-go 2 0)
        (delete-region (point) (line-end-position))
        (insert "# Typed, nöt saved. 🎉")
        (session-settle)
        (let* ((typed (progn (session-go 1 0) (session-hover)))
               (before (vconcat (mapcar #'vconcat (session-findings))))
               (title (session-act "reference-unresolved" "doc/DESIGN.md")))
          (session-settle)
          (list :typed typed :before before :title title :modified (buffer-modified-p)
                :after (vconcat (mapcar #'vconcat (session-findings))) :text (buffer-string)))
        """,
        before=ALONE,
    )
    assert "Typed, nöt saved. 🎉" in said["typed"]
    assert [finding[:2] for finding in said["before"]] == [[8, "reference-unresolved"]]
    assert said["title"] == "Change it to 'doc/DESIGN.md'"
    assert said["after"] == []
    assert "# codebase: doc/DESIGN.md" in said["text"]
    assert said["modified"] is True
    assert "nöt saved" not in (root / "broken.py").read_text(), "saving is the person's"


def test_the_commands_in_eglot(emacs: Emacs, root: Path) -> None:
    said = emacs.run(
        f"""
        (session-open {lisp(root / "a.py")})
        (session-settle)
        (let* ((status (dbp-status))
               (found (progn
                        (switch-to-buffer "a.py")
                        (let ((completing-read-function
                               (lambda (_ table &rest _) (car (all-completions "" table)))))
                          (dbp-search "how it all fits"))
                        (list :file buffer-file-name :line (line-number-at-pos))))
               (refreshed nil))
          (switch-to-buffer "a.py")
          (cl-letf (((symbol-function 'message)
                     (lambda (form &rest given) (setq refreshed (apply #'format form given)))))
            (dbp-refresh)
            (session-wait "the refresh"
                          (lambda () (equal refreshed "dbp: up to date with the disk"))))
          (let ((inhibit-message t))
            (dbp-jobs)
            (revert-buffer)
            (goto-char (point-min)))
          (list :status status :found found :list (buffer-string)
                :job (with-current-buffer (progn (dbp-jobs-show) "*dbp job*") (buffer-string))
                :refused (condition-case err (dbp-jobs-cancel) (user-error (cadr err)))))
        """,
        before=ALONE,
    )
    assert said["status"] == "dbp: idle, leader · 4 files, 0 waiting, 0 failed"
    assert said["found"]["file"] == str((root / "doc" / "DESIGN.md").resolve())
    (job, *_) = [line for line in said["list"].splitlines() if line.startswith("refresh")]
    assert job.split()[:4] == ["refresh", "completed", "100", "%"]
    assert "requestedBy" in said["job"]
    assert "completed" in said["refused"]


def test_references_follow_a_file_that_is_renamed(emacs: Emacs, root: Path) -> None:
    said = emacs.run(
        f"""
        (session-open {lisp(root / "a.py")})
        (session-open {lisp(root / "doc/DESIGN.md")})
        (session-settle)
        (goto-char 5)
        (session-rename {lisp(root / "doc/DESIGN.md")} {lisp(root / "doc/new/How.md")})
        (session-settle)
        (list :shown (buffer-file-name (window-buffer)) :point (window-point)
              :said (with-current-buffer "a.py" (dbp-status))
              :right (with-current-buffer "a.py"
                       (session-wait "nothing" (lambda () (not (session-findings))))))
        """,
        before=ALONE,
    )
    assert said["shown"] == str((root / "doc" / "new" / "How.md").resolve())
    assert said["point"] == 5
    assert said["right"] is True
    assert "# codebase: doc/new/How.md" in (root / "a.py").read_text()
    assert "[the design](new/How.md)" in (root / "doc" / "PLAN.md").read_text()
    assert not (root / "doc" / "DESIGN.md").exists()


def test_a_refusal_says_its_hint_and_no_server_says_what_to_do(emacs: Emacs, root: Path) -> None:
    said = emacs.run(
        f"""
        (find-file {lisp(root / "a.py")})
        (let ((none (condition-case err (dbp-status) (user-error (cadr err)))))
          (session-open {lisp(root / "a.py")})
          (list :none none
                :refused (condition-case err (dbp-answer "dbp/jobs/submit" '(:type "nothing"))
                           (user-error (cadr err)))))
        """,
        before=ALONE,
    )
    assert said["none"] == "No server dbp here: M-x eglot in a file of the project starts it"
    assert said["refused"].startswith("Server dbp: ")
    assert "refresh" in said["refused"]


RASS = shutil.which("rass") or shutil.which("rass", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(RASS is None, reason="needs rass, of PyPI's rassumfrassum")
def test_eglot_runs_it_beside_another_server(emacs: Emacs, root: Path) -> None:
    words = [sys.executable, str(HERE / "other_server.py")]
    other = f"'((python-mode . ({' '.join(json.dumps(word) for word in words)})))"
    said = emacs.run(
        f"""
        (setcar dbp-joined-command {json.dumps(RASS)})
        (session-open {lisp(root / "broken.py")})
        (session-settle)
        (session-wait "a finding" #'session-findings)
        (session-go 1 0)
        (list :hover (session-hover)
              :findings (vconcat (mapcar #'vconcat (session-findings)))
              :status (dbp-status)
              :title (session-act "reference-unresolved" "doc/DESIGN.md")
              :renamed (progn (session-rename {lisp(root / "doc/DESIGN.md")}
                                              {lisp(root / "doc/New.md")})
                              (session-wait "none" (lambda () (not (session-findings)))))
              :complete (progn (goto-char (point-max))
                               (all-completions "" (nth 2 (eglot-completion-at-point)))))
        """,
        before=f"(with-eval-after-load 'eglot (setq eglot-server-programs {other}))",
    )
    other_text, _, ours = said["hover"].partition("\n\n---\n\n")
    assert other_text == "```text\nThe other one *speaks*.\n```"
    assert ours.startswith("**dbp** · `broken.py`")
    assert [finding[:2] for finding in said["findings"]] == [[8, "reference-unresolved"]]
    assert said["status"] == "dbp: idle, leader · 4 files, 0 waiting, 0 failed"
    assert said["title"] == "Change it to 'doc/DESIGN.md'"
    assert said["renamed"] is True
    assert "# codebase: doc/New.md" in (root / "broken.py").read_text()
    assert said["complete"] == ["completed_by_the_other"]


@pytest.mark.skipif(lacks("lsp-mode"), reason="needs Debian's elpa-lsp-mode")
def test_lsp_mode_starts_it_as_one_more_server(emacs: Emacs, root: Path) -> None:
    said: dict[str, Any] = emacs.run(
        f"""
        (setq dbp-client 'lsp
              lsp-session-file {lisp(root.parent / "session")}
              lsp-auto-guess-root t
              lsp-enable-suggest-server-download nil
              lsp-enable-file-watchers nil)
        (lsp-workspace-folders-add {lisp(root)})
        (switch-to-buffer (find-file-noselect {lisp(root / "broken.py")}))
        (lsp)
        (session-wait "lsp-mode" (lambda () (lsp-find-workspace 'dbp buffer-file-name)))
        (session-wait "the start" (lambda () (eq 'initialized
          (lsp--workspace-status (lsp-find-workspace 'dbp buffer-file-name)))))
        (dbp-answer "dbp/settle" '(:flush t))
        (goto-char (point-min))
        (let* ((status (dbp-status))
               (hover (plist-get (plist-get (dbp-answer "textDocument/hover"
                                              (list :textDocument (list :uri (lsp--buffer-uri))
                                                    :position '(:line 1 :character 0)))
                                            :contents)
                                 :value))
               (found (session-wait "a finding" (lambda ()
                        (gethash (file-truename buffer-file-name) (lsp-diagnostics t)))))
               (searched (dbp-search-results "how it all fits")))
          (cl-letf (((symbol-function 'y-or-n-p) #'always))
            (dbp-rename-file {lisp(root / "doc/DESIGN.md")} {lisp(root / "doc/New.md")}))
          (save-some-buffers t)
          (list :status status :hover hover :findings (length found)
                :searched (plist-get (car searched) :path)))
        """,
        client="lsp-mode",
    )
    assert said["status"] == "dbp: idle, leader · 4 files, 0 waiting, 0 failed"
    assert said["hover"].startswith("**dbp** · `broken.py`")
    assert said["findings"] == 1
    assert said["searched"] == "doc/DESIGN.md"
    assert "# codebase: doc/New.md" in (root / "a.py").read_text()
    assert "[the design](New.md)" in (root / "doc" / "PLAN.md").read_text()
