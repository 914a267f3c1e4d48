using System.Text;
using System.Text.RegularExpressions;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Docs;

/// <summary>docs/errors.md has the messages of exceptions that reach users, all of them and in the words of the code.</summary>
public sealed partial class ErrorTableTests
{
    /// <summary>They are caught where they are thrown, or would be mistakes of the library itself.</summary>
    private static readonly string[] _internal = ["This call computes nothing.", "Redis did not answer in time.", "Staging has not failed.", "There is no old value.", "The prelude of the scripts has no function ….", "The script … is not embedded."];

    private static readonly string[] _messages = [.. Repository.Files("src", "*.cs").Select(File.ReadAllText).SelectMany(MessagesOf).Distinct().Except(_internal)];

    private static readonly string[] _rows = [.. DocPage.Of("docs/errors.md").Lines.Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).SelectMany(static line => line.Trim('|', ' ').Split(" | ").Take(2))];

    [Fact]
    public void Messages_OfExceptions_AreInTheTables() => Assert.Empty(_messages.Except(_rows));

    [Fact]
    public void Tables_Messages_AreThrown() => Assert.Empty(_rows.Where(static cell => cell.EndsWith('.') && cell.Length > 30 && !cell.StartsWith("This is", StringComparison.Ordinal)).Except(_messages));

    /// <summary>The literals of an exception's constructor: those that are added to each other are one message.</summary>
    private static IEnumerable<string> MessagesOf(string code)
    {
        foreach (Match creation in Creation().Matches(code))
        {
            var (text, isOpen) = ("", false);
            var at = creation.Index + creation.Length;
            for (var depth = 1; depth > 0; at++)
            {
                depth += code[at] switch { '(' => 1, ')' => -1, _ => 0 };
                if (code[at] == '"')
                {
                    if (text.Length > 0 && !isOpen)
                        yield return text;
                    text = (isOpen ? text : "") + Literal(code, ref at);
                    isOpen = false;
                }
                else if (code[at] == '+' && text.Length > 0)
                {
                    isOpen = true;
                }
            }

            if (text.Length > 0)
                yield return isOpen ? text + "…" : text;
        }
    }

    /// <summary>Reads a literal from its first quote on, and ends at its last one. A hole is what its <c>nameof</c> gives, or else a mark.</summary>
    private static string Literal(string code, ref int at)
    {
        var text = new StringBuilder();
        for (at++; code[at] != '"'; at++)
        {
            if (code[at] == '\\')
                text.Append(code[++at]);
            else if (code[at] == '{')
                text.Append(Hole(code, ref at));
            else
                text.Append(code[at]);
        }

        return text.ToString();
    }

    private static string Hole(string code, ref int at)
    {
        var start = at++;
        for (; code[at] != '}'; at++)
        {
            if (code[at] == '"')
                Literal(code, ref at);
        }

        var name = NameOf().Match(code[start..(at + 1)]);
        return name.Success ? name.Groups[1].Value : "…";
    }

    [GeneratedRegex(@"(?:new |(?=[\w?]+ \w+\([^)]*\) => new\())(?:InvalidOperationException|NotSupportedException|RedisTagCacheUnavailableException|TimeoutException)(?: \w+\([^)]*\) => new)?\(")]
    private static partial Regex Creation();

    [GeneratedRegex(@"^\{nameof\((?:\w+\.)*(\w+)\)\}$")]
    private static partial Regex NameOf();
}
