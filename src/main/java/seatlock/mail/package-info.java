/** Mail by Angus Mail over SMTP, and the text of each mail. */
package seatlock.mail;
