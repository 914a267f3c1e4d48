using System.Text.RegularExpressions;

namespace Newsroom.Data.Seed;

/// <summary>
/// Fills the slots of one story. A slot names a list of words and has the same word throughout the story. A digit selects another word of the same list:
/// <c>{place}</c>, <c>{place2}</c>. <c>{person:last}</c> is the last part of the word, and <c>{few:cap}</c> starts with a capital letter.
/// </summary>
internal sealed partial class StoryWriter(Random random, Dictionary<string, string[]> shared, Dictionary<string, string[]> own, DateTime published)
{
    private readonly Dictionary<string, string> _chosen = new() { ["weekday"] = published.DayOfWeek.ToString() };

    public string Fill(string template) => Slot().Replace(template, match =>
    {
        var word = Word(match.Groups["list"].Value, match.Groups["digit"].Value);
        return match.Groups["form"].Value switch
        {
            "last" => word[(word.LastIndexOf(' ') + 1)..],
            "cap" => char.ToUpperInvariant(word[0]) + word[1..],
            _ => word
        };
    });

    private string Word(string list, string digit)
    {
        if (_chosen.TryGetValue(list + digit, out var word)) return word;

        var words = own.TryGetValue(list, out var found) ? found : shared[list];
        var unused = words.Where(w => !_chosen.ContainsValue(w)).ToArray();
        return _chosen[list + digit] = unused[random.Next(unused.Length)];
    }

    [GeneratedRegex("{(?<list>[a-z]+)(?<digit>[0-9]?)(:(?<form>[a-z]+))?}")]
    private static partial Regex Slot();
}
