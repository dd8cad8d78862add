/**
 * The build bundles imported style sheets into one.
 */
declare module '*.css';
