# `make` lists the targets. JDK 17 or newer and Maven are all they need.

MVN  := mvn -B -q
JAR  := target/seatlock.jar
# The classes as Java has loaded them once, which shortens each start: src/docs/figures.md, "The first seconds".
ARCHIVE := target/seatlock.jsa
# A small heap is enough, and the parallel collector leaves more CPU to the sale: src/docs/figures.md, "Java options".
JAVA_OPTS ?= -Xmx160m -XX:+UseParallelGC
PAYMENT_TESTS := CarelessShopTest,PaymentKillTest
SOURCES := pom.xml $(shell find src/main sql -type f)

.DEFAULT_GOAL := help
.PHONY: help demo run test storm kill-test payments-test machines-test nodes-test chaos fonts check-qr bench audit check clients lint fmt jar openapi pages-test screenshots vendor psql clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(JAR) ## Run the race: N=10 buyers request one seat, and crowds places and the best seats (N=1000; URL=http://… for a running server)
	@javac -encoding UTF-8 -cp $(JAR) -d target/demo demo/*.java
	@java -cp $(JAR):target/demo demo.Race

run: $(ARCHIVE) ## Serve on PORT (8080) with sample events and embedded PostgreSQL and Redis; data in ./data
	@java $(JAVA_OPTS) -XX:SharedArchiveFile=$(ARCHIVE) -Xlog:cds=off -Xlog:cds+dynamic=off -jar $(JAR) all --seed

test: ## Run all tests; those of the pages where chromium and chromedriver are installed
	mvn -B -ntp test

storm: ## Run the races and storms of `make test` at full size: 50,000 reservations cancelled, 1,000 holds extended (ten minutes)
	mvn -B -ntp test -Dtest=BestAvailableTest,BestSeatsTest,BillTest,LastOneRaceTest,EventStormTest,EventCancellationTest,FeedTest,HoldRaceTest,LapseRaceTest,LateMoneyRaceTest -Dseatlock.storm=true -Djunit.jupiter.execution.parallel.enabled=false -Djunit.jupiter.execution.timeout.default=15m

kill-test: ## Confirm 1,000 reservations while workers, Redis and the mail server fail in turn (about three minutes)
	mvn -B -ntp test -Dtest=KillTest -Dexcluded.tests=

payments-test: ## The day of a careless shop, and a kill at each step of a payment, KILLS=20 times each (fifteen minutes; TEST=… for one test)
	mvn -B -ntp test -Dtest='$(or $(TEST),$(PAYMENT_TESTS))' -Dexcluded.tests= -Djunit.jupiter.execution.timeout.default=30m -Dseatlock.payments.kills=$(or $(KILLS),20)

machines-test: ## Start the program on odd machines: locale, IPv6, host names, databases, damaged homes, cut-short first starts (15 minutes)
	mvn -B -ntp test -Dgroups=machines -Dexcluded.tests=

nodes-test: ## Restart, kill and fail over three nodes, three workers and PostgreSQL under load (TEST=… for one test)
	mvn -B -ntp test -Dtest='$(or $(TEST),NodesTest)' -Dexcluded.tests=

chaos: ## Kill nodes, PostgreSQL and Redis at random under load, by a schedule derived from SEED (SEED=1 MINUTES=10)
	mvn -B -ntp test -Dtest=ChaosTest -Dexcluded.tests= -Dseatlock.chaos.seed=$(or $(SEED),1) -Dseatlock.chaos.minutes=$(or $(MINUTES),10)

fonts: ## Divide the fonts of src/fonts into the pieces that tickets embed (needs python3-fonttools)
	@demo/split-fonts

check-qr: ## Render a ticket and read its QR code with zbar (needs pdftoppm and zbarimg)
	mvn -B -ntp test -Dtest=QrCodeTest -Dexcluded.tests=

# The load test and the clients of PostgreSQL run in the JVM of the tests, which then needs its optimising compiler.
bench: $(JAR) ## Measure the ratios of src/docs/figures.md side by side (about an hour; TEST=SaleBenchTest#ratios for one, MINUTES=10 of the open loop)
	mvn -B -ntp test -Dtest='$(or $(TEST),*BenchTest)' -Dexcluded.tests= -Djunit.jupiter.execution.parallel.enabled=false -Dtests.java="-Xmx2g -XX:+UseSerialGC" -Dseatlock.bench.java="$(JAVA_OPTS)" -Dseatlock.bench.old="$(OLD)" -Dseatlock.bench.minutes=$(or $(MINUTES),10)

pages-test: ## Run only the tests of the pages in a browser (needs chromium and chromedriver)
	mvn -B -ntp test -Dgroups=pages

screenshots: ## Make the pictures of the pages in src/docs/pages (needs Chromium)
	mvn -B -ntp test -Dtest=ScreenshotsTest -Dexcluded.tests=

vendor: ## Fetch the third-party files of the pages with npm and check their SHA-256 (UPDATE=1 after a change of version)
	@demo/vendor

audit: ## Check licences and conflicts of all dependencies, write an SBOM, list newer versions
	mvn -B -ntp -Paudit validate
	@cat target/licenses.txt

check: fmt test ## Format, compile with warnings as errors, and test

clients: $(JAR) ## Generate a Java and a TypeScript client with openapi-generator and buy a ticket with each
	@demo/clients/run

lint: $(JAR) ## Check files, OpenAPI document, metrics, a ticket and the pages with the tools that are installed
	@demo/lint

fmt: ## Format the sources
	$(MVN) spotless:apply

jar: $(JAR) ## Build target/seatlock.jar

$(JAR): $(SOURCES)
	$(MVN) -DskipTests package
	@touch $(JAR)

# A Java that cannot write the archive starts without it.
$(ARCHIVE): $(JAR)
	@home=$$(mktemp -d); env -u DATABASE_URL -u REDIS_URL -u SMTP_URL SEATLOCK_HOME=$$home PORT=0 WARM_UP=PT2S \
		java $(JAVA_OPTS) -XX:ArchiveClassesAtExit=$(ARCHIVE) -Xlog:cds=off -Xlog:cds+dynamic=off \
		-jar $(JAR) all --stop-when-ready >$$home/log 2>&1 || cat $$home/log; rm -rf $$home; touch $(ARCHIVE)

openapi: ## Write the OpenAPI document to src/test/resources/openapi.json
	$(MVN) test -Dtest=OpenApiTest -Dseatlock.openapi.write=true

psql: ## Open psql in the database of the Seatlock that runs in SEATLOCK_HOME (./data)
	@psql "$$(sed -n 's/^DATABASE_URL=//p' $${SEATLOCK_HOME:-data}/seatlock.env)"

clean: ## Remove build results; keep ./data
	$(MVN) clean
