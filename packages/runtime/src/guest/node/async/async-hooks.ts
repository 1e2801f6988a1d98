export const EventEmitterAsyncResource = undefined;
