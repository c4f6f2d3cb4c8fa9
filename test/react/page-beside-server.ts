import { Window } from 'happy-dom';

/**
 * A page in a process that is a server, too: with a document for React, and with the `Request`, `Response` and `Headers` of Node. Those
 * of a page hide cookies and origins, as they must. React looks for a document when it is loaded, so this comes before it.
 */
const window = new Window({ url: 'http://localhost:3000/' });
Object.assign(globalThis, { window, document: window.document, HTMLIFrameElement: window.HTMLIFrameElement });
