using System.Text.RegularExpressions;

namespace RedisTagCache.Outbox.Storage.Dialects;

/// <summary>The name of the table, with its schema if it has one.</summary>
internal readonly partial record struct TableName(string? Schema, string Name)
{
    public const string Form = "a name of 1 to 63 ASCII letters, digits and underscores that does not start with a digit, optionally after such a name of a schema and a period";

    public static bool TryParse(string? text, out TableName name)
    {
        var match = Parts().Match(text ?? "");
        name = new TableName(match.Groups[1] is { Success: true, Value: var schema } ? schema : null, match.Groups[2].Value);
        return match.Success;
    }

    [GeneratedRegex(@"^(?:([A-Za-z_][A-Za-z0-9_]{0,62})\.)?([A-Za-z_][A-Za-z0-9_]{0,62})\z")]
    private static partial Regex Parts();
}
