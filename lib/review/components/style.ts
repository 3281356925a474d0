/** The page's only style sheet. Colours are named by what they say; light and dark follow the reader's system. */
export const STYLE = `body{font-family:system-ui,sans-serif}`;
