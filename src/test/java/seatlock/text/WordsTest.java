package seatlock.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests that a name is found by its words however they are written. */
class WordsTest {

    @ParameterizedTest
    @CsvSource({
        "José,JOSE",
        "Müller,muller",
        "Wałęsa,Walesa",
        "Søren Åberg,soren aberg",
        "Groß,GROSS",
        "O’Brien,o'brien",
        "Jean-Luc,jean luc",
        "ﬁona,Fiona",
        "Ёлкин,елкин",
        "ＡＤＡ,ada"
    })
    void two_ways_to_write_a_name_have_the_same_words(String one, String other) {
        assertThat(Words.of(one)).isNotEmpty().isEqualTo(Words.of(other));
    }

    @Test
    void words_are_letters_and_digits_each_once() {
        assertThat(Words.of(" Ada, Lovelace (ada) 2nd ")).containsExactlyInAnyOrder("ada", "lovelace", "2nd");
        assertThat(Words.of("…!? 🎭")).isEmpty();
        assertThat(Words.of("山田 太郎")).containsExactlyInAnyOrder("山田", "太郎");
    }

    /** One character can decompose into eighteen, and an index has no room for a word of thousands. */
    @Test
    void a_word_has_at_most_fifty_characters() {
        assertThat(Words.of("\ufdfa".repeat(200)))
                .allSatisfy(word ->
                        assertThat(word.codePointCount(0, word.length())).isBetween(1, Words.MAX_LENGTH));
        assertThat(Words.of("𝒜".repeat(60)).iterator().next()).hasSize(Words.MAX_LENGTH);
    }
}
