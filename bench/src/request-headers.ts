const { API_KEY = '' } = process.env;

/**
 * The headers of a request for predictions, with the key or token in the variable `API_KEY`, if there is one: other users of the machine
 * read command lines, and not environments.
 */
export const requestHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  ...(API_KEY === '' ? {} : { authorization: `Bearer ${API_KEY}` }),
};
