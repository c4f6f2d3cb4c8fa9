// The part of selenium-webdriver that is used here; it comes without types.
declare module 'selenium-webdriver' {
  export class Capabilities {
    constructor(capabilities: Record<string, unknown>);
  }

  export class Builder {
    disableEnvironmentOverrides(): this;
    usingServer(url: string): this;
    withCapabilities(capabilities: Capabilities): this;
    build(): WebDriver & PromiseLike<WebDriver>;
  }

  export interface WebDriver {
    get(url: string): Promise<void>;
    executeAsyncScript(script: string): Promise<unknown>;
    getCapabilities(): Promise<{ get(name: string): unknown }>;
    getWindowHandle(): Promise<string>;
    manage(): { setTimeouts(timeouts: { script: number; pageLoad: number }): Promise<void> };
    navigate(): { back(): Promise<void>; refresh(): Promise<void> };
    switchTo(): { newWindow(type: 'window'): Promise<void>; window(handle: string): Promise<void> };
    close(): Promise<void>;
    quit(): Promise<void>;
  }
}
