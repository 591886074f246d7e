// first: what serves takes half a second to load, in which SIGHUP would end the process, and a container's first ignore SIGTERM
import './signals.js';

await import('./serve.js');
