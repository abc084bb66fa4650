/**
 * Connections to Redis, by Jedis, that survive a Redis that is down, hung or wiped. Nothing that Seatlock cannot lose is kept
 * there.
 */
package seatlock.redis;
