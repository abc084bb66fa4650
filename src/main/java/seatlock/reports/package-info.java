/** Reports on an event for its sellers: figures of its sale, and tables for a spreadsheet. Nothing here locks or writes. */
package seatlock.reports;
