// The gate's service worker.
