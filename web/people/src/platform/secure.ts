/** Is this a secure context, which workers and passkeys need? */
export const secure = (): boolean => isSecureContext && "serviceWorker" in navigator;
