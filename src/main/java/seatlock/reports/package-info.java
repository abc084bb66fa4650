/** What sellers read about an event: figures of its sale, and tables for a spreadsheet. Nothing here locks or writes. */
package seatlock.reports;
