// Made by src/event/generate.ts (protobufjs-cli) from event.proto: change that, then `npm run generate`.
import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace spotter. */
export namespace spotter {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of an Event.
         * @deprecated Use spotter.v1.Event.$Properties instead.
         */
        interface IEvent extends spotter.v1.Event.$Properties {
        }

        /** Represents an Event. */
        class Event {

            /**
             * Constructs a new Event.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.Event.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Event schema. */
            schema: number;

            /** Event id. */
            id: Uint8Array;

            /** Event device. */
            device: string;

            /** Event sequence. */
            sequence: number;

            /** Event epoch. */
            epoch: number;

            /** Event clock. */
            clock: spotter.v1.Clock;

            /** Event trace. */
            trace: Uint8Array;

            /** Event resent. */
            resent: boolean;

            /** Event fallChange. */
            fallChange: (spotter.v1.FallChange|null);

            /** Event actionReceipts. */
            actionReceipts: (spotter.v1.ActionReceipts|null);

            /** Event cameraState. */
            cameraState: (spotter.v1.CameraState|null);

            /** Event heartbeat. */
            heartbeat: (spotter.v1.Heartbeat|null);

            /** Event body. */
            body?: ("fallChange"|"actionReceipts"|"cameraState"|"heartbeat");

            /**
             * Encodes the specified Event message. Does not implicitly {@link spotter.v1.Event.verify|verify} messages.
             * @param message Event message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.Event.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Event message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.Event & spotter.v1.Event.$Shape} Event
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.Event & spotter.v1.Event.$Shape;
        }

        namespace Event {

            /** Properties of an Event. */
            interface $Properties {

                /** Event schema */
                schema?: number;

                /** Event id */
                id?: Uint8Array;

                /** Event device */
                device?: string;

                /** Event sequence */
                sequence?: number;

                /** Event epoch */
                epoch?: number;

                /** Event clock */
                clock?: spotter.v1.Clock.$Properties;

                /** Event trace */
                trace?: Uint8Array;

                /** Event resent */
                resent?: boolean;

                /** Event fallChange */
                fallChange?: (spotter.v1.FallChange.$Properties|null);

                /** Event actionReceipts */
                actionReceipts?: (spotter.v1.ActionReceipts.$Properties|null);

                /** Event cameraState */
                cameraState?: (spotter.v1.CameraState.$Properties|null);

                /** Event heartbeat */
                heartbeat?: (spotter.v1.Heartbeat.$Properties|null);

                /** Event body */
                body?: ("fallChange"|"actionReceipts"|"cameraState"|"heartbeat");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Event. */
            type $Shape = {
              schema?: number;
              id?: Uint8Array;
              device?: string;
              sequence?: number;
              epoch?: number;
              clock?: spotter.v1.Clock.$Shape;
              trace?: Uint8Array;
              resent?: boolean;
              fallChange?: spotter.v1.FallChange.$Shape|null;
              actionReceipts?: spotter.v1.ActionReceipts.$Shape|null;
              cameraState?: spotter.v1.CameraState.$Shape|null;
              heartbeat?: spotter.v1.Heartbeat.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; fallChange?: null; actionReceipts?: null; cameraState?: null; heartbeat?: null }|{ body?: "fallChange"; fallChange: spotter.v1.FallChange.$Shape; actionReceipts?: null; cameraState?: null; heartbeat?: null }|{ body?: "actionReceipts"; fallChange?: null; actionReceipts: spotter.v1.ActionReceipts.$Shape; cameraState?: null; heartbeat?: null }|{ body?: "cameraState"; fallChange?: null; actionReceipts?: null; cameraState: spotter.v1.CameraState.$Shape; heartbeat?: null }|{ body?: "heartbeat"; fallChange?: null; actionReceipts?: null; cameraState?: null; heartbeat: spotter.v1.Heartbeat.$Shape })
            );
        }

        /**
         * Properties of a Clock.
         * @deprecated Use spotter.v1.Clock.$Properties instead.
         */
        interface IClock extends spotter.v1.Clock.$Properties {
        }

        /** Represents a Clock. */
        class Clock {

            /**
             * Constructs a new Clock.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.Clock.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Clock wallMs. */
            wallMs: number;

            /** Clock monotonicMs. */
            monotonicMs: number;

            /** Clock boot. */
            boot: number;

            /** Clock sync. */
            sync: spotter.v1.Sync;

            /**
             * Encodes the specified Clock message. Does not implicitly {@link spotter.v1.Clock.verify|verify} messages.
             * @param message Clock message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.Clock.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Clock message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.Clock & spotter.v1.Clock.$Shape} Clock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.Clock & spotter.v1.Clock.$Shape;
        }

        namespace Clock {

            /** Properties of a Clock. */
            interface $Properties {

                /** Clock wallMs */
                wallMs?: number;

                /** Clock monotonicMs */
                monotonicMs?: number;

                /** Clock boot */
                boot?: number;

                /** Clock sync */
                sync?: spotter.v1.Sync;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Clock. */
            type $Shape = spotter.v1.Clock.$Properties;
        }

        /** Sync enum. */
        enum Sync {

            /** SYNC_UNKNOWN value */
            SYNC_UNKNOWN = 0,

            /** SYNC_SYNCED value */
            SYNC_SYNCED = 1,

            /** SYNC_UNSYNCED value */
            SYNC_UNSYNCED = 2
        }

        /** ChangeKind enum. */
        enum ChangeKind {

            /** CHANGE_KIND_UNSPECIFIED value */
            CHANGE_KIND_UNSPECIFIED = 0,

            /** CHANGE_KIND_SUSPECTED value */
            CHANGE_KIND_SUSPECTED = 1,

            /** CHANGE_KIND_CONFIRMED value */
            CHANGE_KIND_CONFIRMED = 2,

            /** CHANGE_KIND_RECOVERED value */
            CHANGE_KIND_RECOVERED = 3,

            /** CHANGE_KIND_DOWN value */
            CHANGE_KIND_DOWN = 4,

            /** CHANGE_KIND_ACKNOWLEDGED value */
            CHANGE_KIND_ACKNOWLEDGED = 5,

            /** CHANGE_KIND_CLEARED value */
            CHANGE_KIND_CLEARED = 6
        }

        /**
         * Properties of a FallChange.
         * @deprecated Use spotter.v1.FallChange.$Properties instead.
         */
        interface IFallChange extends spotter.v1.FallChange.$Properties {
        }

        /** Represents a FallChange. */
        class FallChange {

            /**
             * Constructs a new FallChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.FallChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FallChange kind. */
            kind: spotter.v1.ChangeKind;

            /** FallChange tier. */
            tier: number;

            /** FallChange camera. */
            camera: string;

            /** FallChange zone. */
            zone: string;

            /** FallChange machine. */
            machine: string;

            /** FallChange track. */
            track: number;

            /** FallChange alarm. */
            alarm: string;

            /** FallChange frameAgeMs. */
            frameAgeMs: number;

            /** FallChange score. */
            score: number;

            /** FallChange why. */
            why: spotter.v1.Why;

            /** FallChange stageTimes. */
            stageTimes: number[];

            /** FallChange receipts. */
            receipts: spotter.v1.Receipt[];

            /** FallChange skeleton. */
            skeleton: spotter.v1.Skeleton;

            /** FallChange cameraOffsetMs. */
            cameraOffsetMs: (number|null);

            /**
             * Encodes the specified FallChange message. Does not implicitly {@link spotter.v1.FallChange.verify|verify} messages.
             * @param message FallChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.FallChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FallChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.FallChange & spotter.v1.FallChange.$Shape} FallChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.FallChange & spotter.v1.FallChange.$Shape;
        }

        namespace FallChange {

            /** Properties of a FallChange. */
            interface $Properties {

                /** FallChange kind */
                kind?: spotter.v1.ChangeKind;

                /** FallChange tier */
                tier?: number;

                /** FallChange camera */
                camera?: string;

                /** FallChange zone */
                zone?: string;

                /** FallChange machine */
                machine?: string;

                /** FallChange track */
                track?: number;

                /** FallChange alarm */
                alarm?: string;

                /** FallChange frameAgeMs */
                frameAgeMs?: number;

                /** FallChange score */
                score?: number;

                /** FallChange why */
                why?: spotter.v1.Why.$Properties;

                /** FallChange stageTimes */
                stageTimes?: number[];

                /** FallChange receipts */
                receipts?: spotter.v1.Receipt.$Properties[];

                /** FallChange skeleton */
                skeleton?: spotter.v1.Skeleton.$Properties;

                /** FallChange cameraOffsetMs */
                cameraOffsetMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FallChange. */
            type $Shape = spotter.v1.FallChange.$Properties;
        }

        /**
         * Properties of a Why.
         * @deprecated Use spotter.v1.Why.$Properties instead.
         */
        interface IWhy extends spotter.v1.Why.$Properties {
        }

        /** Represents a Why. */
        class Why {

            /**
             * Constructs a new Why.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.Why.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Why votes. */
            votes: number;

            /** Why asked. */
            asked: number;

            /** Why fall. */
            fall: number;

            /** Why fallen. */
            fallen: number;

            /** Why lying. */
            lying: number;

            /** Why torsoAngle. */
            torsoAngle: (number|null);

            /** Why dropSpeed. */
            dropSpeed: (number|null);

            /** Why visible. */
            visible: number;

            /** Why text. */
            text: string;

            /**
             * Encodes the specified Why message. Does not implicitly {@link spotter.v1.Why.verify|verify} messages.
             * @param message Why message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.Why.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Why message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.Why & spotter.v1.Why.$Shape} Why
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.Why & spotter.v1.Why.$Shape;
        }

        namespace Why {

            /** Properties of a Why. */
            interface $Properties {

                /** Why votes */
                votes?: number;

                /** Why asked */
                asked?: number;

                /** Why fall */
                fall?: number;

                /** Why fallen */
                fallen?: number;

                /** Why lying */
                lying?: number;

                /** Why torsoAngle */
                torsoAngle?: (number|null);

                /** Why dropSpeed */
                dropSpeed?: (number|null);

                /** Why visible */
                visible?: number;

                /** Why text */
                text?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Why. */
            type $Shape = spotter.v1.Why.$Properties;
        }

        /**
         * Properties of a Skeleton.
         * @deprecated Use spotter.v1.Skeleton.$Properties instead.
         */
        interface ISkeleton extends spotter.v1.Skeleton.$Properties {
        }

        /** Represents a Skeleton. */
        class Skeleton {

            /**
             * Constructs a new Skeleton.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.Skeleton.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Skeleton scale. */
            scale: number;

            /** Skeleton endsMsBefore. */
            endsMsBefore: number;

            /** Skeleton samples. */
            samples: Uint8Array;

            /**
             * Encodes the specified Skeleton message. Does not implicitly {@link spotter.v1.Skeleton.verify|verify} messages.
             * @param message Skeleton message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.Skeleton.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Skeleton message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.Skeleton & spotter.v1.Skeleton.$Shape} Skeleton
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.Skeleton & spotter.v1.Skeleton.$Shape;
        }

        namespace Skeleton {

            /** Properties of a Skeleton. */
            interface $Properties {

                /** Skeleton scale */
                scale?: number;

                /** Skeleton endsMsBefore */
                endsMsBefore?: number;

                /** Skeleton samples */
                samples?: Uint8Array;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Skeleton. */
            type $Shape = spotter.v1.Skeleton.$Properties;
        }

        /** Outcome enum. */
        enum Outcome {

            /** OUTCOME_UNSPECIFIED value */
            OUTCOME_UNSPECIFIED = 0,

            /** OUTCOME_CONFIRMED value */
            OUTCOME_CONFIRMED = 1,

            /** OUTCOME_COMMANDED value */
            OUTCOME_COMMANDED = 2,

            /** OUTCOME_LATE value */
            OUTCOME_LATE = 3,

            /** OUTCOME_FAILED value */
            OUTCOME_FAILED = 4
        }

        /**
         * Properties of a Receipt.
         * @deprecated Use spotter.v1.Receipt.$Properties instead.
         */
        interface IReceipt extends spotter.v1.Receipt.$Properties {
        }

        /** Represents a Receipt. */
        class Receipt {

            /**
             * Constructs a new Receipt.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.Receipt.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Receipt actuator. */
            actuator: string;

            /** Receipt active. */
            active: boolean;

            /** Receipt outcome. */
            outcome: spotter.v1.Outcome;

            /** Receipt written. */
            written: (number|null);

            /** Receipt confirmed. */
            confirmed: (number|null);

            /** Receipt detail. */
            detail: string;

            /**
             * Encodes the specified Receipt message. Does not implicitly {@link spotter.v1.Receipt.verify|verify} messages.
             * @param message Receipt message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.Receipt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Receipt message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.Receipt & spotter.v1.Receipt.$Shape} Receipt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.Receipt & spotter.v1.Receipt.$Shape;
        }

        namespace Receipt {

            /** Properties of a Receipt. */
            interface $Properties {

                /** Receipt actuator */
                actuator?: string;

                /** Receipt active */
                active?: boolean;

                /** Receipt outcome */
                outcome?: spotter.v1.Outcome;

                /** Receipt written */
                written?: (number|null);

                /** Receipt confirmed */
                confirmed?: (number|null);

                /** Receipt detail */
                detail?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Receipt. */
            type $Shape = spotter.v1.Receipt.$Properties;
        }

        /**
         * Properties of an ActionReceipts.
         * @deprecated Use spotter.v1.ActionReceipts.$Properties instead.
         */
        interface IActionReceipts extends spotter.v1.ActionReceipts.$Properties {
        }

        /** Represents an ActionReceipts. */
        class ActionReceipts {

            /**
             * Constructs a new ActionReceipts.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.ActionReceipts.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ActionReceipts alarm. */
            alarm: string;

            /** ActionReceipts camera. */
            camera: string;

            /** ActionReceipts zone. */
            zone: string;

            /** ActionReceipts receipts. */
            receipts: spotter.v1.Receipt[];

            /**
             * Encodes the specified ActionReceipts message. Does not implicitly {@link spotter.v1.ActionReceipts.verify|verify} messages.
             * @param message ActionReceipts message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.ActionReceipts.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ActionReceipts message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.ActionReceipts & spotter.v1.ActionReceipts.$Shape} ActionReceipts
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.ActionReceipts & spotter.v1.ActionReceipts.$Shape;
        }

        namespace ActionReceipts {

            /** Properties of an ActionReceipts. */
            interface $Properties {

                /** ActionReceipts alarm */
                alarm?: string;

                /** ActionReceipts camera */
                camera?: string;

                /** ActionReceipts zone */
                zone?: string;

                /** ActionReceipts receipts */
                receipts?: spotter.v1.Receipt.$Properties[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ActionReceipts. */
            type $Shape = spotter.v1.ActionReceipts.$Properties;
        }

        /** Supervision enum. */
        enum Supervision {

            /** SUPERVISION_UNSPECIFIED value */
            SUPERVISION_UNSPECIFIED = 0,

            /** SUPERVISION_ARMED value */
            SUPERVISION_ARMED = 1,

            /** SUPERVISION_DEGRADED value */
            SUPERVISION_DEGRADED = 2,

            /** SUPERVISION_BLIND value */
            SUPERVISION_BLIND = 3,

            /** SUPERVISION_FAULT value */
            SUPERVISION_FAULT = 4
        }

        /**
         * Properties of a CameraState.
         * @deprecated Use spotter.v1.CameraState.$Properties instead.
         */
        interface ICameraState extends spotter.v1.CameraState.$Properties {
        }

        /** Represents a CameraState. */
        class CameraState {

            /**
             * Constructs a new CameraState.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.CameraState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CameraState camera. */
            camera: string;

            /** CameraState state. */
            state: spotter.v1.Supervision;

            /** CameraState reason. */
            reason: string;

            /**
             * Encodes the specified CameraState message. Does not implicitly {@link spotter.v1.CameraState.verify|verify} messages.
             * @param message CameraState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.CameraState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CameraState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.CameraState & spotter.v1.CameraState.$Shape} CameraState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.CameraState & spotter.v1.CameraState.$Shape;
        }

        namespace CameraState {

            /** Properties of a CameraState. */
            interface $Properties {

                /** CameraState camera */
                camera?: string;

                /** CameraState state */
                state?: spotter.v1.Supervision;

                /** CameraState reason */
                reason?: string;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CameraState. */
            type $Shape = spotter.v1.CameraState.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use spotter.v1.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends spotter.v1.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Heartbeat uptimeS. */
            uptimeS: number;

            /** Heartbeat version. */
            version: string;

            /** Heartbeat models. */
            models: string[];

            /** Heartbeat cameras. */
            cameras: spotter.v1.CameraHealth[];

            /** Heartbeat outboxEvents. */
            outboxEvents: number;

            /** Heartbeat outboxOldestS. */
            outboxOldestS: number;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link spotter.v1.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.Heartbeat & spotter.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.Heartbeat & spotter.v1.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Heartbeat uptimeS */
                uptimeS?: number;

                /** Heartbeat version */
                version?: string;

                /** Heartbeat models */
                models?: string[];

                /** Heartbeat cameras */
                cameras?: spotter.v1.CameraHealth.$Properties[];

                /** Heartbeat outboxEvents */
                outboxEvents?: number;

                /** Heartbeat outboxOldestS */
                outboxOldestS?: number;

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = spotter.v1.Heartbeat.$Properties;
        }

        /**
         * Properties of a CameraHealth.
         * @deprecated Use spotter.v1.CameraHealth.$Properties instead.
         */
        interface ICameraHealth extends spotter.v1.CameraHealth.$Properties {
        }

        /** Represents a CameraHealth. */
        class CameraHealth {

            /**
             * Constructs a new CameraHealth.
             * @param [properties] Properties to set
             */
            constructor(properties?: spotter.v1.CameraHealth.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CameraHealth camera. */
            camera: string;

            /** CameraHealth state. */
            state: spotter.v1.Supervision;

            /** CameraHealth decisionP50. */
            decisionP50: (number|null);

            /** CameraHealth decisionP99. */
            decisionP99: (number|null);

            /** CameraHealth frames. */
            frames: number[];

            /**
             * Encodes the specified CameraHealth message. Does not implicitly {@link spotter.v1.CameraHealth.verify|verify} messages.
             * @param message CameraHealth message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: spotter.v1.CameraHealth.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CameraHealth message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {spotter.v1.CameraHealth & spotter.v1.CameraHealth.$Shape} CameraHealth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): spotter.v1.CameraHealth & spotter.v1.CameraHealth.$Shape;
        }

        namespace CameraHealth {

            /** Properties of a CameraHealth. */
            interface $Properties {

                /** CameraHealth camera */
                camera?: string;

                /** CameraHealth state */
                state?: spotter.v1.Supervision;

                /** CameraHealth decisionP50 */
                decisionP50?: (number|null);

                /** CameraHealth decisionP99 */
                decisionP99?: (number|null);

                /** CameraHealth frames */
                frames?: number[];

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CameraHealth. */
            type $Shape = spotter.v1.CameraHealth.$Properties;
        }
    }
}
