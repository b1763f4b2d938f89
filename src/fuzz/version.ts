/** Of this package; what bundles name. */
export const longshoreVersion = '0.1.0';
