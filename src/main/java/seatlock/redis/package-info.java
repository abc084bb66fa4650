/**
 * Connections to Redis, by Jedis, that survive a Redis that is down, hung or wiped. Seatlock can lose
 * everything that is stored there.
 */
package seatlock.redis;
