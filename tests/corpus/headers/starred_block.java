/**
 * [Source file intent]
 * Keeps the guest list of a hotel.
 *
 * [Source file design principles]
 * * A guest is never deleted
 * * Rooms know nothing of guests
 *
 * [Source file constraints]
 * * Names in any script
 *
 * [GenAI tool change history]
 * 2025-01-09T00:00:00Z : Suites by Kim
 * * A suite is two rooms
 */
class Guests {}
