using System.Security.Cryptography;
using System.Text;

namespace RedisTagCache.Redis;

/// <summary>One file of lua/, embedded, with the hash under which servers know it.</summary>
internal sealed class EmbeddedScript
{
    private const string Publish = "'PUBLISH'";

    private readonly EmbeddedScript _sharded;

    private EmbeddedScript(string name, string text)
    {
        Name = name;
        Text = text;
        Hash = Digest(text);
        _sharded = text.Contains(Publish, StringComparison.Ordinal)
            ? new EmbeddedScript(name, text.Replace(Publish, "'SPUBLISH'", StringComparison.Ordinal))
            : this;
    }

    /// <summary>The script as it is run in a partition: where messages stay with the servers that have the slot, they are published for those.</summary>
    public EmbeddedScript In(Partition partition) => partition.IsSharded ? _sharded : this;

    public string Name { get; }

    public string Text { get; }

    public byte[] Hash { get; }

    public static EmbeddedScript Load(string name)
    {
        using var stream = typeof(EmbeddedScript).Assembly.GetManifestResourceStream($"lua/{name}.lua")
            ?? throw new InvalidOperationException($"The script {name} is not embedded.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new EmbeddedScript(name, reader.ReadToEnd());
    }

#pragma warning disable CA5350 // The server's own name for a script is its SHA-1.
    private static byte[] Digest(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
