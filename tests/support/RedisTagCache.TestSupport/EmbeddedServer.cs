using System.Diagnostics;
using System.Globalization;

namespace RedisTagCache.TestSupport;

/// <summary>Tells how to start the embedded server as a process of its own.</summary>
internal static class EmbeddedServer
{
    /// <param name="port">Where it listens.</param>
    /// <param name="folder">The folder of a node of a cluster.</param>
    public static ProcessStartInfo StartInfo(int port, string? folder)
    {
        // The process ends when its input does, so that none is left behind when the tests are killed.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // It is gone before code that runs often is worth compiling again.
        start.Environment["DOTNET_TC_CallCounting"] = "0";
        start.ArgumentList.Add(Repository.Program("tests", "support", "RedisTagCache.EmbeddedServer"));
        start.ArgumentList.Add(port.ToString(CultureInfo.InvariantCulture));
        if (folder is not null)
            start.ArgumentList.Add(folder);
        return start;
    }
}
