// VS Code as a person has it before them: what is pressed, and what is waited for on the page.

const PATIENCE_MS = 20_000;
const PICK_MS = 5_000;

export class Screen {
  constructor(window, theme, say) {
    this.window = window;
    this.page = window.page;
    this.theme = theme;
    this.say = say;
    this.page.setDefaultTimeout(PATIENCE_MS);
  }

  /** Waits until a part of the page with this text is seen, and gives it. */
  async see(selector, text, timeout = PATIENCE_MS) {
    const found = this.page.locator(selector, text === undefined ? {} : { hasText: text }).first();
    await found.waitFor({ timeout });
    return found;
  }

  async gone(selector) {
    await this.page.locator(selector).first().waitFor({ state: "hidden" });
  }

  async picture(name) {
    this.say(`picture: ${await this.window.picture(`${name}-${this.theme}`)}`);
  }

  async press(...keys) {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  /** Closes a quick pick: a key that comes before it is gone would go to it. */
  async dismiss() {
    await this.press("Escape");
    await this.gone(".quick-input-widget");
  }

  /** Waits for the window, and for our item in its status bar to say that all is read. */
  async ready(timeout = PATIENCE_MS) {
    await this.see(".monaco-workbench .part.statusbar");
    await this.see(".statusbar-item[id='dbp.dbp.dbp']", /\d/, timeout);
  }

  /** Runs a command from the palette by its title. */
  async command(title) {
    await this.pick("F1", `>${title}`, title);
  }

  /** Opens what a quick pick finds; again when an editor that is just being opened takes the focus. */
  async pick(key, text, found) {
    const input = this.page.locator(".quick-input-widget .quick-input-box input");
    for (let tries = 3; ; tries -= 1) {
      try {
        await this.press(key);
        await input.fill(text, { timeout: PICK_MS });
        await this.see(".quick-input-list .monaco-list-row.focused", found, PICK_MS);
        await this.press("Enter");
        return;
      } catch (error) {
        if (tries === 1) {
          throw error;
        }
      }
    }
  }

  /** Opens a file by its name. */
  async open(name) {
    await this.pick("Control+P", name, name);
    await this.see(".tab.active", name);
    await this.see(".monaco-editor .view-line");
  }

  /** Points at a word in the editor, and gives the text of the card that comes. */
  async hover(line, word, card) {
    await this.away();
    const place = (await this.see(".monaco-editor .view-line", line)).locator("span span", {
      hasText: word,
    });
    await place.first().hover();
    const shown = ".monaco-hover:not(.hidden) .monaco-hover-content"; // hidden ones stay in the page
    return (await this.see(shown, card)).textContent();
  }

  /** Takes the mouse off everything. */
  async away() {
    await this.page.mouse.move(1000, 500);
    await this.press("Escape");
  }
}
