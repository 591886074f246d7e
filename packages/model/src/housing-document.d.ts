/** `models/housing.json`, which the build embeds as a module: not every host can import JSON. */
export declare const housingDocument: unknown;
