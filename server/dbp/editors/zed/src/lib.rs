//! Tells Zed how dbp is started: as its settings say (`lsp.dbp.binary`), else from the PATH.

use zed_extension_api::{
    self as zed, settings::LspSettings, Command, LanguageServerId, Result, Worktree,
};

struct Dbp;

impl zed::Extension for Dbp {
    fn new() -> Self {
        Dbp
    }

    fn language_server_command(
        &mut self,
        _server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree("dbp", worktree)
            .ok()
            .and_then(|settings| settings.binary);
        let (path, arguments) = match binary {
            Some(binary) => (binary.path, binary.arguments),
            None => (None, None),
        };
        let command = path.or_else(|| worktree.which("dbp")).ok_or(
            "dbp is not on the PATH: `dbp editor-config zed` prints the settings that name it",
        )?;
        Ok(Command {
            command,
            args: arguments.unwrap_or_else(|| vec!["serve".into()]),
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Dbp);
