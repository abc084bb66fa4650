/**
 * Seat plans in the formats of others: pretix's JSON and CSV. Each format is read into {@link seatlock.plans.FileZone zones as a file
 * has them}; {@link seatlock.plans.PlanBuilder} makes a {@link seatlock.catalog.SeatPlan} of them, the same for all formats. Nothing here
 * is stored.
 */
package seatlock.plans;
