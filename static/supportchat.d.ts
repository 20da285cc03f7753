// Declarations of the shop page's API. Copy the file into your project, or refer to it:
// /// <reference path="./supportchat.d.ts" />

declare namespace SupportChat {
  type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain }

  /** What the shop's page knows. Shown to agents as not verified. `null` takes a field away. */
  interface Context {
    cart?: { total?: number; currency?: string; items?: Plain } | Plain
    product?: Plain
    order?: Plain
    page?: Plain
  }

  interface State {
    open: boolean
    unread: number
    /** A conversation exists on this device. */
    live: boolean
    /** The panel answers. */
    ready: boolean
    language: 'tr' | 'en'
    theme: string
  }

  /** Event and what its listener is given. What was written is never in an event. */
  interface Events {
    ready: null
    open: null
    close: null
    unread: { count: number }
    'message:sent': { author: 'visitor' }
    'message:received': { author: 'agent' | 'bot' | 'system' }
    'chat:start': null
    'chat:end': null
    'agent:assigned': null
    queue: { position: number | null }
    rating: { score: 1 | 2 | 3 | 4 | 5 }
    track: { name: string }
    context: Context
    teaser: { rule: string }
    rule: { rule: string }
    /**
     * The shopper pressed "add to basket" on a product's card. The button is there where somebody
     * listens with `on`. Call `done(true)` once it is in the basket, `done(false)` where it can't be.
     */
    'cart:add': {
      sku: string
      title: string
      url: string
      /** In lira; null where the card says none. */
      price: number | null
      quantity: 1
      done(ok?: boolean): void
    }
    error: { code: string }
  }

  interface Methods {
    open(options?: { prefill?: string }): void
    close(): void
    toggle(): void
    /** The launcher, not the panel. */
    show(): void
    hide(): void
    context(said: Context): void
    track(name: string): void
    setLanguage(tag: string): void
    setTheme(name: 'auto' | 'light' | 'dark'): void
    /** The shopper signed out: forget them on this device and leave the page. */
    shutdown(): void
  }

  interface Api extends Methods {
    <Name extends keyof Methods>(name: Name, ...args: Parameters<Methods[Name]>): void
    /** Listen; call what is returned to stop. */
    on<Name extends keyof Events>(name: Name, listener: (detail: Events[Name]) => void): () => void
    state(): State
    /** Calls kept until the script is there. */
    q?: unknown[][]
  }
}

interface Window {
  SupportChat: SupportChat.Api
}
declare const SupportChat: SupportChat.Api
