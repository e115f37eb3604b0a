// The API Keys page as a person uses it: by headings, labels and the names of buttons.

import { expect, type Locator, type Page } from "@playwright/test";

/** Matches exactly one complete key. */
export const SECRET = /^vx_[0-9A-Za-z]{49}$/;

export class Keys {
  readonly page: Page;
  readonly createButton: Locator;
  /** The dialog that creates a key; its title changes with the step. */
  readonly createDialog: Locator;
  readonly saveDialog: Locator;
  readonly table: Locator;

  constructor(page: Page) {
    this.page = page;
    this.createButton = page.getByRole("main").getByRole("button", { name: "Create API Key" }).first();
    this.createDialog = page.getByRole("dialog", { name: "Create API Key" });
    this.saveDialog = page.getByRole("dialog", { name: "Save your API key" });
    this.table = page.getByRole("table");
  }

  /** Returns the rows whose key has exactly this name. */
  row(name: string): Locator {
    const header = this.page.getByRole("rowheader").filter({ has: this.page.getByText(name, { exact: true }) });
    return this.table.getByRole("row").filter({ has: header });
  }

  revokeButton(name: string): Locator {
    return this.page.getByRole("button", { name: `Revoke ${name}`, exact: true });
  }

  revokeDialog(name: string): Locator {
    return this.page.getByRole("alertdialog", { name: `Revoke “${name}”?` });
  }

  /** The dialog that reports how the revocation reached the nodes. */
  get receipt(): Locator {
    return this.page.getByRole("dialog", { name: "Key revoked" });
  }

  /** Opens the dialog that creates a key. Before the page is hydrated, the button leads to a page. */
  async openCreate(): Promise<Locator> {
    await expect(this.page.locator("html[data-hydrated]")).toBeAttached({ timeout: 15_000 });
    await this.createButton.click();
    await expect(this.createDialog).toBeVisible();
    return this.createDialog;
  }

  /** Opens the dialog that revokes a key. Before the page is hydrated, the button leads to a page. */
  async openRevoke(name: string): Promise<Locator> {
    await expect(this.page.locator("html[data-hydrated]")).toBeAttached({ timeout: 15_000 });
    await this.revokeButton(name).click();
    await expect(this.revokeDialog(name)).toBeVisible();
    return this.revokeDialog(name);
  }

  /** Creates a key through the dialog and stays at the step that shows it. Returns the secret. */
  async create(name: string, preset = "Inventory integration"): Promise<string> {
    const dialog = await this.openCreate();
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: preset }).click();
    await dialog.getByRole("button", { name: "Create API Key" }).click();
    const field = this.saveDialog.getByLabel("API key");
    await expect(field).toHaveValue(SECRET);
    return field.inputValue();
  }

  async done(): Promise<void> {
    await this.saveDialog.getByLabel("I've saved this key").check();
    await this.saveDialog.getByRole("button", { name: "Done" }).click();
    await expect(this.saveDialog).toBeHidden();
  }
}
