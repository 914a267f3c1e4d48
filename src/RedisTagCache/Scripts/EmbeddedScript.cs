using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace RedisTagCache.Scripts;

/// <summary>One file of lua/, embedded, after the functions of the prelude that its header names; with the hash under which servers know it.</summary>
internal sealed class EmbeddedScript
{
    private const string Header = "-- Prelude: ";

    private static readonly Lazy<string> _prelude = new(static () => Read("_prelude"));

    private EmbeddedScript(string name, string text)
    {
        Name = name;
        Text = text;
        Hash = Digest(text);
        HashText = Convert.ToHexStringLower(Hash);
    }

    public string Name { get; }

    public string Text { get; }

    public byte[] Hash { get; }

    /// <summary>Gets the hash as servers take it in a command.</summary>
    public RedisValue HashText { get; }

    public static EmbeddedScript Load(string name)
    {
        var text = Read(name);
        var line = text.Split('\n').FirstOrDefault(static line => line.StartsWith(Header, StringComparison.Ordinal));
        return new EmbeddedScript(name, string.Concat(line?[Header.Length..].Split(' ').Select(Function) ?? []) + text);
    }

    /// <summary>Gets a function of the prelude, from its name to the line that ends it.</summary>
    private static string Function(string name)
    {
        const string End = "\nend\n";
        var prelude = _prelude.Value;
        var start = prelude.IndexOf($"local function {name}(", StringComparison.Ordinal);
        return start >= 0
            ? prelude[start..(prelude.IndexOf(End, start, StringComparison.Ordinal) + End.Length)]
            : throw new InvalidOperationException($"The prelude of the scripts has no function {name}.");
    }

    private static string Read(string name)
    {
        using var stream = typeof(EmbeddedScript).Assembly.GetManifestResourceStream($"lua/{name}.lua")
            ?? throw new InvalidOperationException($"The script {name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

#pragma warning disable CA5350 // The server's own name for a script is its SHA-1.
    private static byte[] Digest(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
