using RedisTagCache.AspNetCore.OutputCaching.Eviction;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

public sealed class TagValueTests
{
    /// <summary>Spellings that a parser takes for one value, the natural one first: all have it among their forms.</summary>
    [Theory]
    [InlineData("7", "007", "+7", " 7 ", "7\0", "\t7", "0x7", "0X07", "&h7", "#7", "7.0", "7.00", "7e0", "07", "%207")]
    [InlineData("-1", "-01", "-1.0", "0xFF", "0xffffffff", "0xffffffffffffffff", "1-")]
    [InlineData("0", "-0", "+0", "000", "0.0", "-0.0")]
    [InlineData("123456789012345678901234567890", "0123456789012345678901234567890")]
    [InlineData("1000", "1,000", "1e3", "1000.0")]
    [InlineData("1.5", "01.50", "+1.5", "15e-1", "1.5000")]
    [InlineData("1E+30", "1e30", "1.0e30")]
    [InlineData("0.1", "0.10", "0.100000001")]
    [InlineData("6f9619ff-8b86-d011-b42d-00c04fc964ff", "6F9619FF8B86D011B42D00C04FC964FF", "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "(6f9619ff-8b86-d011-b42d-00c04fc964ff)", " 6f9619ff8b86d011b42d00c04fc964ff ")]
    [InlineData("2024-01-02", "01/02/2024", "2 Jan 2024", "2024-1-2", "2024-01-02T00:00:00")]
    [InlineData("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z", "2024-01-02T04:04:05+01:00", "2024-01-02 03:04:05Z")]
    [InlineData("10:30:00", "10:30", "10:30:00.0")]
    [InlineData("a/b", "a/b/", "/a/b", "a%2Fb", "a%2fb/", " a/b")]
    [InlineData("hello", "hello ", "\thello")]
    public void AddForms_SpellingsOfOneValue_ShareTheNaturalForm(string natural, params string[] spellings)
    {
        foreach (var spelling in spellings)
            Assert.Contains(natural, Forms(spelling), StringComparer.OrdinalIgnoreCase);
        Assert.Contains(natural, Forms(natural));
    }

    /// <summary>Each time that such a text is decoded, it is one shorter. Without a limit, one URL cost a tenth of a second.</summary>
    [Fact]
    public void AddForms_TextEncodedThousandsOfTimes_HasFewForms() => Assert.InRange(Forms("%" + string.Concat(Enumerable.Repeat("25", 4_000))).Count, 2, 9);

    [Theory]
    [InlineData("7")]
    [InlineData("hello-world")]
    [InlineData("covid-19")]
    [InlineData("16777217")]
    [InlineData("9007199254740993")]
    [InlineData("6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [InlineData("true")]
    public void AddForms_NaturalSpelling_IsTheOnlyForm(string value) => Assert.Equal([value], Forms(value));

    [Fact]
    public void AddForms_DifferentValues_HaveNothingInCommon()
    {
        string[] values = ["7", "70", "-7", "7.5", "8", "hello", "hello7", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "2024-01-02", "2024-01-03", "9007199254740992", "9007199254740993"];
        var forms = values.SelectMany(Forms).ToArray();
        Assert.Equal(forms.Distinct(StringComparer.OrdinalIgnoreCase).Count(), forms.Length);
    }

    [Fact]
    public void AddForms_Anything_HasItselfAndFewMore()
    {
        foreach (var value in new[] { "%", "%%%", "/", "//", " ", "\0", "%2F%2F", "0x", "#", "-", "+", ".", "1e999", "\uD800", new string('7', 5_000), new string('%', 5_000), "9999-99-99" })
        {
            var forms = Forms(value);
            Assert.Contains(value, forms);
            Assert.InRange(forms.Count, 1, 8);
            Assert.DoesNotContain("", forms);
        }
    }

    private static List<string> Forms(string value)
    {
        var forms = new List<string>();
        TagValue.AddForms(value, forms);
        return forms;
    }
}
