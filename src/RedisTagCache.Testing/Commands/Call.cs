using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using RedisTagCache.Testing.Connections;
using RedisTagCache.Testing.Data;
using RedisTagCache.Testing.Engine;

namespace RedisTagCache.Testing.Commands;

/// <summary>A command that runs, with its arguments. The first argument is its name.</summary>
internal sealed record Call(RedisEngine Engine, ClientSession Session, byte[][] Arguments)
{
    private const string NotAnInteger = "ERR value is not an integer or out of range";

    public Keyspace Keys => Engine.Databases[Session.Database];

    public int Count => Arguments.Length;

    public byte[] this[int index] => index < Arguments.Length ? Arguments[index] : throw new CommandException("ERR syntax error");

    public string Name => Text(0).ToUpperInvariant();

    public string Text(int index) => Encoding.UTF8.GetString(this[index]);

    public bool Is(int index, string word) => Text(index).Equals(word, StringComparison.OrdinalIgnoreCase);

    public long Integer(int index) => long.TryParse(Text(index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new CommandException(NotAnInteger);

    /// <summary>Gets a time to live that is not zero.</summary>
    public long PositiveInteger(int index) => Integer(index) is > 0 and var number ? number : throw new CommandException($"ERR invalid expire time in '{Name.ToLowerInvariant()}' command");

    public double Score(int index) => ParseScore(Text(index)) ?? throw new CommandException("ERR value is not a valid float");

    public byte[]? FindString(int index) => Find<byte[]>(this[index])?.Value;

    /// <summary>Gets the value of a key, if it is of a type. If the key does not exist, the result is nothing.</summary>
    public (StoredItem Item, T Value)? Find<T>(byte[] key)
        where T : class =>
        Keys.Find(key) is not { } item ? null
        : item.Value is T value ? (item, value)
        : throw new CommandException("WRONGTYPE Operation against a key holding the wrong kind of value");

    /// <summary>Gets the value of a key to change it, and creates it if the key does not exist.</summary>
    public T Change<T>(byte[] key)
        where T : class, new()
    {
        if (Find<T>(key) is not { } found)
            return (T)Keys.Set(key, new T()).Value;
        found.Item.Writes++;
        return found.Value;
    }

    /// <summary>Gets the value of a key to remove from it. If the key does not exist, the result is nothing.</summary>
    public bool TryChange<T>(byte[] key, [NotNullWhen(true)] out T? value)
        where T : class
    {
        var found = Find<T>(key);
        if (found is { } existing)
            existing.Item.Writes++;
        value = found?.Value;
        return value is not null;
    }

    public static double? ParseScore(string text) => text.ToLowerInvariant() switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        var number => double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && !double.IsNaN(score) ? score : null,
    };
}
