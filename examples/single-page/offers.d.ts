// The global of Proffer's script, offers.js. Take a copy of this file into your
// application; catalog/FORMAT.md, "Pages that scripts build", says what it means.

declare namespace proffer {
  /** A value of call data, as the catalog declares it. */
  type Value = string | number | boolean | Array<string | number | boolean>;

  /** A place for an offer that is asked for. */
  interface Slot {
    space: string;
    /** Which place of the space's ranking, 1 to 100; absent: 1, the best. */
    n?: number;
    /** The environment; absent: the site's. */
    environment?: string;
    /** Only offers of these categories. */
    categories?: string[];
    /** Only offers of these themes. */
    themes?: string[];
    /** Call data for this slot alone, before that of the call. */
    attributes?: Record<string, Value>;
  }

  /** What the page knows of the call. */
  interface Call {
    /** The path of the page, as in its address; absent: that of the document. */
    path?: string;
    /** Its query, without the question mark; absent: that of the document. */
    query?: string;
    /** A language tag; absent: the browser's first. */
    language?: string;
    /** Call data that the catalog declares. */
    attributes?: Record<string, Value>;
  }

  /** What became of a slot. */
  interface SlotAnswer {
    space: string;
    n: number;
    /** The environment that answered; null: none knows the space. */
    environment: string | null;
    /** How the visitor is known there; null: not at all. */
    mode: string | null;
    /** The offer's code; null: there is none, and the page keeps its own content. */
    offer: string | null;
    /** Its place in the ranking, from 1; absent for a fallback offer. */
    rank?: number;
    /** The fields of the offer, with no escapes: text, to be shown as text. */
    content?: Record<string, string | number | boolean | null>;
    /** The offer in HTML, absent where the space has no such rendering. */
    html?: string;
    /** The offer as JSON, any JSON value; absent where the space has no such rendering. */
    json?: unknown;
    /** The offer as plain text; absent where the space has no such rendering. */
    text?: string;
    /** The addresses that tell what became of the offer, for renderings of your own. */
    links?: {
      /** To these a POST tells that it was seen, accepted or rejected; absent where nothing is noted. */
      seen?: string;
      accept?: string;
      reject?: string;
      /** Links that note the click and lead where the field says, by field. */
      click?: Record<string, string>;
    };
    /** Whether it is the space's fallback offer. */
    fallback: boolean;
  }

  /** The answer to a call. */
  interface Answer {
    /** The catalog that decided, 64 hexadecimal digits. */
    snapshot: string;
    /** The number of the decision, 32 hexadecimal digits. */
    interaction: string | null;
    /** The call's slots, in its order. */
    slots: SlotAnswer[];
    /** Whether the visitor is one of those who get no offers, for comparison. */
    holdout: boolean;
  }

  /** What the script gives to a page. */
  interface Script {
    /**
     * Asks for offers. What is asked for counts as shown. Rejected with an Error
     * whose message is what the server says if there is no answer.
     */
    decide(call: Call & { slots: Slot[] }): Promise<Answer>;

    /**
     * Asks in one call for the elements with data-offer-space below root (absent: the
     * document), and puts the offers in. Never rejected: where there is no offer or
     * no answer, an element keeps its content. Elements that came with the page or
     * were asked for are passed over, unless again is true. At most 64 at once.
     */
    fill(root?: ParentNode | null, call?: Call | null, again?: boolean): Promise<SlotAnswer[]>;
  }
}

/** Undefined until offers.js has run, and where it cannot be loaded: window.proffer?.fill(view). */
declare var proffer: proffer.Script | undefined;
