// first: what serves takes half a second to load, in which SIGHUP would end the process
import './hang-ups.js';

await import('./serve.js');
