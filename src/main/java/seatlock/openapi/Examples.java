package seatlock.openapi;

/** Examples of requests and responses in the OpenAPI document. */
public final class Examples {

    public static final String EVENT_REQUEST = """
            {"name":"Aida","venue":"Arena di Verona","startsAt":"2027-06-18T19:00:00Z","timeZone":"Europe/Rome",
             "currency":"EUR","maxSeatsPerReservation":8,
             "sections":[{"name":"STALLS","price":4500,"rows":[{"name":"A","seats":20},{"name":"B","seats":22}]}]}
            """;

    public static final String EVENT = """
            {"id":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","status":"PUBLISHED","name":"Aida","venue":"Arena di Verona",
             "startsAt":"2027-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR","sales":"OPEN",
             "maxSeatsPerReservation":8,"reentry":false,"orphans":"ALLOWED","accessibleReleased":false,"capacity":42,"version":1,"createdAt":"2026-11-22T10:00:00.123456Z",
             "sections":[{"name":"STALLS","price":4500,"rows":[{"name":"A","seats":20},{"name":"B","seats":22}]}]}
            """;

    public static final String EVENT_CANCELLATION_REQUEST = """
            {"refund":true,"notify":true,"reason":"The singer is ill."}
            """;

    public static final String CANCELLED_EVENT = """
            {"id":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","status":"CANCELLED","name":"Aida","venue":"Arena di Verona",
             "startsAt":"2027-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR","sales":"OPEN",
             "maxSeatsPerReservation":8,"reentry":false,"orphans":"ALLOWED","accessibleReleased":false,"capacity":42,"version":2,"createdAt":"2026-11-22T10:00:00.123456Z",
             "sections":[{"name":"STALLS","price":4500,"rows":[{"name":"A","seats":20},{"name":"B","seats":22}]}],
             "cancellation":{"reason":"The singer is ill.","at":"2027-06-17T09:00:00.123456Z","refund":true,"notify":true,
             "remaining":12,"cancelled":0}}
            """;

    public static final String EVENTS = """
            {"events":[{"id":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","status":"PUBLISHED","name":"Aida","venue":"Arena di Verona",
             "startsAt":"2027-06-18T19:00:00Z","timeZone":"Europe/Rome","currency":"EUR","sales":"OPEN",
             "maxSeatsPerReservation":8,"reentry":false,"orphans":"ALLOWED","accessibleReleased":false,"capacity":42,"version":1,"createdAt":"2026-11-22T10:00:00.123456Z"}],"next":null}
            """;

    public static final String EVENT_PATCH = """
            {"startsAt":"2027-06-19T19:00:00Z","notify":true,"sections":[{"name":"STALLS","price":5000}]}
            """;

    public static final String NEW_SECTIONS = """
            {"sections":[{"name":"STALLS","rows":[{"name":"C","seats":24}]},
             {"name":"BALCONY","price":3000,"rows":[{"name":"A","seats":30}]}]}
            """;

    public static final String PLAN = """
            {"priceTypes":[{"id":"adult","name":"Adult"},{"id":"child","name":"Child"}],
             "fees":[{"name":"Booking fee","amount":150,"per":"SEAT","refundable":false}],"taxRate":1900,
             "sections":[{"name":"STALLS","price":4500,"prices":{"adult":4500,"child":2250},
             "rows":[{"name":"A","seats":20},{"name":"B","seats":[{"number":"1","accessible":true},null,{"number":"2A"}]}]},
             {"name":"LOUNGE","price":6000,"rows":[{"name":"T7","seats":8,"sold":"WHOLE"}]},
             {"name":"FLOOR","price":3500,"places":1200}]}
            """;

    public static final String PLAN_CONVERSION_REQUEST = """
            {"plan":{"name":"Arena","categories":[{"name":"Stalls"}],"zones":[{"name":"STALLS","position":{"x":0,"y":0},
             "rows":[{"row_number":"A","position":{"x":0,"y":10},"seats":[
             {"seat_guid":"1","seat_number":"12A","position":{"x":0,"y":0},"category":"Stalls"},
             {"seat_guid":"2","seat_number":"12B","position":{"x":25,"y":0},"category":"Stalls"}]}]}]},
             "prices":{"Stalls":4500}}
            """;

    public static final String CSV_PLAN = """
            "section,row,seat,price,accessible,x,y\\r\\nSTALLS,A,12A,4500,,0,10\\r\\nSTALLS,A,12B,4500,yes,25,10\\r\\n"
            """;

    public static final String CONVERTED_PLAN = """
            {"name":"Arena","sections":[{"name":"STALLS","price":4500,"rows":[{"name":"A","seats":[
             {"number":"12A","x":0.0,"y":10.0},{"number":"12B","x":25.0,"y":10.0}]}]}],
             "warnings":[],"missing":["venue","startsAt","timeZone","currency"]}
            """;

    public static final String SEATS = """
            {"eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","seats":[
             {"label":"STALLS-A-1","section":"STALLS","row":"A","number":1,"price":4500,"status":"SOLD"},
             {"label":"STALLS-A-2","section":"STALLS","row":"A","number":2,"price":4500,"status":"AVAILABLE"}],"next":2}
            """;

    public static final String WITHHOLD_REQUEST = """
            {"name":"HOUSE","seats":["STALLS-A-1","STALLS-A-2"],"reason":"For the director's guests"}
            """;

    public static final String WITHHELD = """
            {"name":"HOUSE","sections":[{"section":"STALLS","quantity":2}]}
            """;

    public static final String ALLOCATIONS = """
            {"allocations":[{"name":"HOUSE","reason":"For the director's guests","createdAt":"2026-11-22T10:00:00.123456Z",
             "sections":[{"section":"STALLS","capacity":2,"available":1,"seats":["STALLS-A-1","STALLS-A-2"]}]}],"next":null}
            """;

    public static final String RELEASE_REQUEST = """
            {"seats":["STALLS-A-2"]}
            """;

    public static final String RELEASED = """
            {"name":"HOUSE","sections":[{"section":"STALLS","quantity":1}]}
            """;

    public static final String RESERVE_REQUEST = """
            {"seats":["STALLS-A-1",{"seat":"STALLS-A-2","holder":"Charles Babbage"}],"email":"ada@example.org",
             "name":"Ada Lovelace","language":"en"}
            """;

    public static final String RESERVED = """
            {"id":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","reference":"7K2MPX4D","eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10",
             "status":"PENDING","seats":[{"label":"STALLS-A-1","price":4500},{"label":"STALLS-A-2","price":4500,"holder":"Charles Babbage"}],
             "total":{"amount":9000,"currency":"EUR"},
             "breakdown":{"seats":[{"section":"STALLS","priceType":"standard","quantity":2,"price":4500,"discount":0,"amount":9000,"tax":1437}],
              "fees":[],"taxRate":1900,"tax":1437},
             "email":"ada@example.org","name":"Ada Lovelace","language":"en","version":1,
             "createdAt":"2026-11-22T10:00:00.123456Z","expiresAt":"2026-11-22T10:10:00.123456Z",
             "token":"rsv_Zk3mE8pQvT1sYb6wXc9uLd4fGh7jKa2nQ5rT8yB1vMc"}
            """;

    public static final String EXTENDED = """
            {"id":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10",
             "status":"PENDING","seats":[{"label":"STALLS-A-1","price":4500},{"label":"STALLS-A-2","price":4500}],
             "total":{"amount":9000,"currency":"EUR"},"email":"ada@example.org",
             "createdAt":"2026-11-22T10:00:00.123456Z","expiresAt":"2026-11-22T10:18:30.654321Z"}
            """;

    public static final String CONFIRM_REQUEST = """
            {"paymentReference":"pi_123","amount":9000}
            """;

    public static final String CONFIRMED = """
            {"id":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","reference":"7K2MPX4D","eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10",
             "status":"CONFIRMED","seats":[{"label":"STALLS-A-1","price":4500},{"label":"STALLS-A-2","price":4500,"holder":"Charles Babbage"}],
             "total":{"amount":9000,"currency":"EUR"},"email":"ada@example.org","name":"Ada Lovelace","language":"en","version":2,
             "createdAt":"2026-11-22T10:00:00.123456Z","expiresAt":"2026-11-22T10:10:00.123456Z",
             "confirmedAt":"2026-11-22T10:03:20.654321Z","paymentReference":"pi_123"}
            """;

    public static final String CANCEL_REQUEST = """
            {"force":false,"seats":["STALLS-A-2"]}
            """;

    public static final String CANCELLED = """
            {"id":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","reference":"7K2MPX4D","eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10",
             "status":"CONFIRMED","seats":[{"label":"STALLS-A-1","price":4500}],
             "refundedSeats":[{"label":"STALLS-A-2","price":4500,"holder":"Charles Babbage","refundedAt":"2026-11-23T09:12:00.000000Z"}],
             "total":{"amount":9000,"currency":"EUR"},"refundable":{"amount":4500,"currency":"EUR"},
             "refunded":{"amount":4500,"currency":"EUR"},"email":"ada@example.org","name":"Ada Lovelace","language":"en","version":3,
             "createdAt":"2026-11-22T10:00:00.123456Z","expiresAt":"2026-11-22T10:10:00.123456Z",
             "confirmedAt":"2026-11-22T10:03:20.654321Z","paymentReference":"pi_123"}
            """;

    public static final String CORRECTION_REQUEST = """
            {"email":"ada@example.org","name":"Ada Lovelace","language":"de","holders":{"STALLS-A-2":"Charles Babbage"}}
            """;

    public static final String RESEND_REQUEST = """
            {"email":"ada@example.org"}
            """;

    public static final String RESERVATIONS = """
            {"reservations":[{"id":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","reference":"7K2MPX4D",
             "eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","status":"CONFIRMED",
             "seats":[{"label":"STALLS-A-1","price":4500},{"label":"STALLS-A-2","price":4500,"holder":"Charles Babbage"}],
             "total":{"amount":9000,"currency":"EUR"},"email":"ada@example.org","name":"Ada Lovelace","language":"en",
             "version":2,"createdAt":"2026-11-22T10:00:00.123456Z","expiresAt":"2026-11-22T10:10:00.123456Z",
             "confirmedAt":"2026-11-22T10:03:20.654321Z","paymentReference":"pi_123","mail":{"state":"sent"}}],
             "next":null}
            """;

    public static final String TICKETS = """
            {"tickets":[{"id":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d","number":"5E6F-7A8B-9C0D","seat":"STALLS-A-1",
             "status":"VALID","code":"SL1AAAQDGL2HROR5R6CVHYA…","documentReady":true,
             "pdf":"/api/events/01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10/tickets/01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d.pdf"}]}
            """;

    public static final String CHECK_IN_REQUEST = """
            {"code":"SL1AAAQDGL2HROR5R6CVHYA…","gate":"North"}
            """;

    public static final String CHECKED_IN = """
            {"ticketId":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d","seat":"STALLS-A-1",
             "checkedInAt":"2027-06-18T18:31:07.123456Z","gate":"North"}
            """;

    public static final String TRANSFER_REQUEST = """
            {"email":"grace@example.org","name":"Grace Hopper"}
            """;

    public static final String CHECKOUT_REQUEST = """
            {"returnUrl":"https://venue.example/thank-you"}
            """;

    public static final String CHECKOUT = """
            {"paymentId":"01997a3e-1c22-7d3a-8f00-1a2b3c4d5e6f",
             "url":"https://tickets.example/sandbox/01997a3e-1c22-7d3a-8f00-1a2b3c4d5e6f",
             "expiresAt":"2027-06-01T10:42:30.123456Z"}
            """;

    public static final String REFUND_REQUEST = """
            {"seats":["STALLS-A-2"],"reason":"Fell ill"}
            """;

    public static final String TRANSFERRED = """
            {"ticketId":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d","newTicketId":"01997a41-1c22-7d3a-8f00-1a2b3c4d5e6f",
             "seat":"STALLS-A-1","transferredAt":"2027-06-17T10:12:30.123456Z"}
            """;

    public static final String REVOKED_TICKETS = """
            {"tickets":[{"ticketId":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d","number":"5E6F-7A8B-9C0D",
             "voidedAt":"2027-06-17T10:12:30.123456Z","reason":"TRANSFERRED"}],
             "next":"1813227750123456_00000000-0000-0000-0000-000000000000_1813227750123456","hasMore":false,
             "eventCancelled":false}
            """;

    public static final String ATTENDANCE = """
            {"checkedIn":312,"tickets":480}
            """;

    public static final String CHECKED_OUT = """
            {"ticketId":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d","seat":"STALLS-A-1",
             "checkedOutAt":"2027-06-18T19:45:07.123456Z","gate":"North"}
            """;

    public static final String UNDO_REQUEST = """
            {"code":"SL1AAAQDGL2HROR5R6CVHYA…","reason":"Scanned by mistake"}
            """;

    public static final String UNDONE = """
            {"ticketId":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0d","seat":"STALLS-A-1","undone":true}
            """;

    public static final String HISTORY = """
            {"changes":[{"id":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0e","type":"reservation.confirmed",
             "reservationId":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","version":2,"actor":"seller",
             "at":"2026-11-22T10:03:20.654321Z"}],"next":null}
            """;

    public static final String FEED = """
            {"changes":[{"position":1,"id":"01997a3e-7c11-7d3a-b2c4-5e6f7a8b9c0e","type":"reservation.confirmed",
             "reservationId":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","version":2,
             "actor":"key 01997a3f-2b4d-7e6f-8a1b-2c3d4e5f6a7b","at":"2026-11-22T10:03:20.654321Z"}],"next":1}
            """;

    public static final String KEYS = """
            {"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"1",
             "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
            """;

    public static final String NEW_CODES = """
            {"code":"EARLY","effect":{"percent":10},"sections":["STALLS"],"maxSeats":100,"maxSeatsPerReservation":4,
             "validUntil":"2027-03-01T00:00:00+01:00"}
            """;

    public static final String CODE = """
            {"id":"01997a41-7c3e-7b1a-8d2f-4e5f6a7b8c9d","code":"EARLY","effect":{"percent":10},"sections":["STALLS"],
             "singleUse":false,"maxSeats":100,"maxSeatsPerReservation":4,"validUntil":"2027-02-28T23:00:00Z","active":true,
             "used":2,"left":98,"createdAt":"2026-11-22T10:00:00.123456Z"}
            """;

    public static final String CODES_CREATED = "{\"codes\":[" + CODE + "]}";

    public static final String CODES = "{\"codes\":[" + CODE + "],\"next\":null}";

    public static final String NEW_API_KEY = """
            {"role":"gate","name":"north","events":["01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10"]}
            """;

    public static final String API_KEY_CREATED = """
            {"id":"01997a3f-2b4d-7e6f-8a1b-2c3d4e5f6a7b","role":"gate","name":"north",
             "events":["01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10"],"createdAt":"2026-11-22T10:00:00.123456Z",
             "key":"seatlock_01997a3f2b4d7e6f8a1b2c3d4e5f6a7b_…"}
            """;

    public static final String API_KEYS = """
            {"keys":[{"id":"01997a3f-2b4d-7e6f-8a1b-2c3d4e5f6a7b","role":"gate","name":"north",
             "events":["01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10"],"createdAt":"2026-11-22T10:00:00.123456Z",
             "lastUsedAt":"2027-06-18T18:31:07.123456Z"}],"next":null}
            """;

    public static final String ROTATE_REQUEST = """
            {"overlap":"PT1H"}
            """;

    private Examples() {}

    public static final String SALES = """
            {"eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","asOf":"2027-06-18T18:30:00.123456Z","currency":"EUR","capacity":42,
             "available":30,"held":2,"sold":10,"withheld":0,"checkedIn":4,"amounts":{"sold":54000,"refunded":9000},
             "discounts":{"sold":0,"refunded":0},"tax":{"sold":8622,"refunded":1437},
             "sections":[{"name":"STALLS","capacity":42,"available":30,"held":2,"sold":10,"withheld":0,"checkedIn":4,
             "amounts":{"sold":54000,"refunded":9000}}],
             "priceTypes":[{"id":"standard","sold":10,"amounts":{"sold":54000,"refunded":9000}}],"fees":[],
             "days":[{"date":"2027-05-01","sold":12,"refunded":2,"amounts":{"sold":54000,"refunded":9000}}]}
            """;

    public static final String ERASE_REQUEST = """
            {"force":true}
            """;

    public static final String STORED_DATA = """
            {"reservation":{"id":"01997a3d-0b7e-7f21-8c11-0a2b3c4d5e6f","reference":"7KX2M9QD",
             "eventId":"01997a3c-5d1e-7c2a-9f00-6f1c8a4b2d10","status":"CONFIRMED","seats":[{"label":"STALLS-A-1","price":4500}],
             "total":{"amount":4500,"currency":"EUR"},"email":"ada@example.org","createdAt":"2026-11-22T10:00:00.123456Z",
             "expiresAt":"2026-11-22T10:10:00.123456Z","confirmedAt":"2026-11-22T10:01:00.123456Z","paymentReference":"pi_3MtwBw"},
             "name":"Ada Lovelace","holders":[{"seat":"STALLS-A-1","name":"Ada Lovelace"}],
             "tickets":[{"id":"01997a3e-1c5d-7a2b-8c3d-4e5f6a7b8c9d","number":"4e5f6a7b8c9d","seat":"STALLS-A-1",
             "status":"VALID","issuedAt":"2026-11-22T10:01:00.123456Z"}],"scans":[],
             "documents":[{"ticketId":"01997a3e-1c5d-7a2b-8c3d-4e5f6a7b8c9d","bytes":31250,
             "createdAt":"2026-11-22T10:01:01.123456Z"}],
             "jobs":[{"id":"01997a3e-2d6e-7b3c-9d4e-5f6a7b8c9d0e","kind":"SendTickets","state":"DONE","attempts":1,
             "createdAt":"2026-11-22T10:01:01.123456Z","endedAt":"2026-11-22T10:01:02.123456Z"}],
             "payments":[],"refunds":[],
             "changes":[{"type":"reservation.confirmed","version":2,"actor":"key 01997a3f-2b4d-7e6f-8a1b-2c3d4e5f6a7b",
             "at":"2026-11-22T10:01:00.123456Z"}]}
            """;
}
