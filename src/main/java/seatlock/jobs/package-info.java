/** What happens without anybody asking: the sweeper. */
package seatlock.jobs;
