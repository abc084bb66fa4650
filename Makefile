# Seatlock. `make` shows what there is; a JDK 17 and Maven are all it takes.

MVN  := mvn -B -q
JAR  := target/seatlock.jar
# A small heap is plenty, and the parallel collector leaves more of two cores to the sale than the default: README, "Figures".
JAVA_OPTS ?= -Xmx160m -XX:+UseParallelGC
SOURCES := pom.xml $(shell find src/main sql -type f)

.DEFAULT_GOAL := help
.PHONY: help demo run test kill-test nodes-test chaos check-qr bench audit check lint fmt jar openapi psql clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(JAR) ## The race: N=10 buyers want one seat (N=1000; URL=http://… for a server that runs already)
	@java -cp $(JAR) demo/Race.java

run: $(JAR) ## Serve on PORT (8080) with sample events, PostgreSQL and Redis included, data in ./data
	@java $(JAVA_OPTS) -jar $(JAR) all --seed

test: ## Run every test
	mvn -B -ntp test

kill-test: ## 1,000 confirmations while workers, Redis and the mail server die in turn (about three minutes)
	mvn -B -ntp test -Dtest=KillTest -Dexcluded.tests=

nodes-test: ## Three nodes and three workers: rolling restart, kill -9, PostgreSQL restarted and failed over (TEST=… for one)
	mvn -B -ntp test -Dtest='$(or $(TEST),NodesTest)' -Dexcluded.tests=

chaos: ## All of them die at random under load, by a schedule of a seed (SEED=1 MINUTES=10)
	mvn -B -ntp test -Dtest=ChaosTest -Dexcluded.tests= -Dseatlock.chaos.seed=$(or $(SEED),1) -Dseatlock.chaos.minutes=$(or $(MINUTES),10)

check-qr: ## Have zbar read a ticket's QR code from a picture of it (wants pdftoppm and zbarimg)
	mvn -B -ntp test -Dtest=QrCodeTest -Dexcluded.tests=

bench: $(JAR) ## What is told as a ratio, measured side by side in one run (twenty minutes; TEST=SaleBenchTest#ratios for one)
	mvn -B -ntp test -Dtest='$(or $(TEST),*BenchTest)' -Dexcluded.tests= -Djunit.jupiter.execution.parallel.enabled=false -Dseatlock.bench.java="$(JAVA_OPTS)"

audit: ## What goes into the jar: licences (fails on a new one), conflicts, an SBOM for scanners, what is out of date
	mvn -B -ntp -Paudit validate
	@cat target/licenses.txt

check: fmt test ## Format, compile with warnings as errors, test

lint: ## Have Docker, HAProxy, Prometheus and linters check what is written for them (those that are installed)
	@demo/lint

fmt: ## Format the sources
	$(MVN) spotless:apply

jar: $(JAR) ## Build target/seatlock.jar

$(JAR): $(SOURCES)
	$(MVN) -DskipTests package
	@touch $(JAR)

openapi: ## Write the OpenAPI document to src/test/resources/openapi.json
	$(MVN) test -Dtest=OpenApiTest -Dseatlock.openapi.write=true

psql: ## A psql in the database of the Seatlock that runs in SEATLOCK_HOME (./data)
	@psql "$$(sed -n 's/^DATABASE_URL=//p' $${SEATLOCK_HOME:-data}/seatlock.env)"

clean: ## Remove what was built; ./data stays
	$(MVN) clean
