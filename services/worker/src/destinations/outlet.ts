import type { Destination, DestinationKind, EventEnding, FunctionVersion, Invocation } from "@sluice/core";

/** What is sent to a target. */
export interface Parcel {
  readonly invocation: Invocation;
  readonly ending: EventEnding;
  /** The same for every try of one ending, so that a target can tell a repetition. */
  readonly id: string;
  /** Version whose rules apply to where it may go. */
  readonly version: FunctionVersion;
  /** Chain of invocations that a target continues, as in `X-Amzn-Trace-Id`. */
  readonly chain: string;
  /** A destination gets a record, a dead-letter target the event with attributes. */
  readonly body: string;
  readonly attributes: Readonly<Record<string, ParcelAttribute>>;
}

export interface ParcelAttribute {
  readonly dataType: "String" | "Number";
  readonly value: string;
}

type Of<K extends DestinationKind> = Extract<Destination, { readonly kind: K }>;

/** One way of sending. @throws DeliveryError, or whatever the way itself throws, which may be tried again */
export type Outlet<K extends DestinationKind> = (destination: Of<K>, parcel: Parcel) => Promise<void>;

/** Kinds without an outlet cannot be sent to here. */
export type Outlets = { readonly [K in DestinationKind]?: Outlet<K> | undefined };
